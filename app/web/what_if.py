"""What a changed policy would do: its thresholds as a form, and the effect of moving them. Keeps nothing."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Query, Request, Response

from app.accounts.audited import Audited
from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Reading, Shared, Snapshot
from app.api.exports import WITHOUT_FORM
from app.api.form import form_fields
from app.api.pagination import Page
from app.api.parameters import OnlyKnown, Selected
from app.api.policies import PolicyPath
from app.api.policies import policy as read_policy
from app.api.policies import version as read_version
from app.api.simulations import SimulationAnswer, Wanted, export_affected, simulate
from app.core.errors import AppError
from app.policies.schemas import ParameterInForce, Policy, PolicyVersion, Rule
from app.policies.simulation_errors import SimulationsBusy, SimulationTooLarge
from app.reports.tables import Format
from app.rules.changes import CountingNotSimulated, ParameterValueInvalid
from app.rules.fact_names import Unit
from app.rules.words import is_share
from app.web.pages import PageRoute, page
from app.web.policies import in_force

router = APIRouter(
    prefix="/policies/{policy_id}/what-if",
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[OnlyKnown],
)

Simulator = Annotated[Caller, Allowed(Action.read_simulation)]
SET, SLIDE, WAS = "set.", "slide.", "was."
STEPS = 20
"""A slider has at least so many on either side of the value in force."""


class Slider(NamedTuple):
    most: Decimal
    step: Decimal


class Threshold(NamedTuple):
    """A value that can be moved, as the form shows it: a share as its percentage."""

    parameter: ParameterInForce
    rules: Sequence[Rule]
    """Those that ask for it."""
    is_share: bool
    in_force: str
    """As it is shown; empty: the text sets none."""
    value: str
    """As it is asked for."""
    slider: Slider | None

    @property
    def is_changed(self) -> bool:
        return _written(self.value) != _written(self.in_force)

    @property
    def wanted(self) -> str:
        """As a pack writes it."""
        number = _number(self.value) if self.is_share else None
        return _written(str(number / 100)) if number is not None else self.value


@router.get("")
async def ask(
    *,
    request: Request,
    caller: Simulator,
    shared: Shared,
    session: Reading,
    found: Annotated[Policy, Depends(read_policy)],
    _selection: Selected,
) -> Response:
    shown = await read_version(caller, shared, session, found.policy_id, in_force(found.versions).version)
    return _page(request, shown, thresholds(shown, {}))


@router.post("")
async def answer(
    *,
    request: Request,
    caller: Simulator,
    shared: Shared,
    session: Snapshot,
    selection: Selected,
    paged: Page,
    found: Annotated[Policy, Depends(read_policy)],
) -> Response:
    """The same form with its effect; what cannot be judged is said above it, and the form stays."""
    shown = await read_version(caller, shared, session, found.policy_id, in_force(found.versions).version)
    asked = thresholds(shown, await form_fields(request))
    try:
        effect = await simulate(
            caller=caller,
            policy_id=found.policy_id,
            wanted=_wanted(asked),
            selection=selection,
            session=session,
            shared=shared,
            page=paged,
            request=request,
        )
    except (SimulationsBusy, SimulationTooLarge, CountingNotSimulated, ParameterValueInvalid) as error:
        return _page(request, shown, asked, error=error)
    return _page(request, shown, asked, effect=effect)


@router.post("/affected")
async def affected(
    *,
    request: Request,
    caller: Annotated[Caller, Allowed(Action.read_simulation, Audited.exports)],
    policy_id: PolicyPath,
    shared: Shared,
    selection: Selected,
    plain: WITHOUT_FORM,
    format: Annotated[Format, Query()] = Format.csv,  # noqa: A002 (its name in the contract)
) -> Response:
    found = await read_policy(caller, shared, plain.session, policy_id)
    named = in_force(found.versions).version
    shown = await read_version(caller, shared, plain.session, policy_id, named)
    return await export_affected(
        caller=caller,
        policy_id=policy_id,
        wanted=_wanted(thresholds(shown, await form_fields(request))),
        selection=selection,
        shared=shared,
        plain=plain,
        format=format,
    )


def thresholds(shown: PolicyVersion, form: Mapping[str, str]) -> list[Threshold]:
    """What rules compare with and what is paid, in the order of the rules; as the form has moved it."""
    asking: dict[str, list[Rule]] = {}
    for rule in shown.rules:
        for each in (rule.comparison, *rule.conditions):
            asking.setdefault(each.parameter, []).append(rule)
    for money in shown.provisions.subsidy:
        asking.setdefault(money.parameter, [])
    values = {each.name: each for each in shown.parameters if each.can_be_simulated}
    return [_threshold(values[name], rules, form) for name, rules in asking.items() if name in values]


def _threshold(parameter: ParameterInForce, rules: Sequence[Rule], form: Mapping[str, str]) -> Threshold:
    compared = [each for rule in rules for each in (rule.comparison, *rule.conditions)]
    facts = [each.fact for each in compared if each.parameter == parameter.name]
    share = parameter.unit is Unit.share or any(map(is_share, facts))
    stands = _shown(parameter, is_share=share)
    number = None if isinstance(parameter.value, bool) else _number(stands)
    return Threshold(
        parameter=parameter,
        rules=rules,
        is_share=share,
        in_force=stands,
        value=_moved(parameter.name, stands, form),
        slider=None if number is None else _slider(number, is_share=share),
    )


def _shown(parameter: ParameterInForce, *, is_share: bool) -> str:
    match parameter.value:
        case None:
            return ""
        case bool():
            return "true" if parameter.value else "false"
    number = _number(parameter.value) if is_share else None
    return parameter.value if number is None else _written(str(number * 100))


def _moved(name: str, stands: str, form: Mapping[str, str]) -> str:
    """The field where it was changed, else the slider where that was; without scripts they may disagree."""
    was = form.get(WAS + name, stands)
    typed, slid = form.get(SET + name, was).strip(), form.get(SLIDE + name, was).strip()
    return typed if _written(typed) != _written(was) else slid if _written(slid) != _written(was) else typed


def _slider(number: Decimal, *, is_share: bool) -> Slider:
    """From nothing to twice the value, or the whole; its steps meet the value in force."""
    exponent = number.normalize().as_tuple().exponent
    step = Decimal(1).scaleb(min(int(exponent), 0))
    while number and number % (step * 10) == 0 and number / (step * 10) >= STEPS:
        step *= 10
    most = Decimal(100) if is_share else max(number * 2, step * STEPS)
    return Slider(most=max(most, number), step=step)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < STEPS else None


def _written(text: str) -> str:
    """A number without what does not matter; anything else as it is."""
    number = _number(text)
    return text if number is None else f"{number.normalize():f}"


def _wanted(asked: Iterable[Threshold]) -> Wanted:
    return Wanted(set={each.parameter.name: each.wanted for each in asked if each.is_changed})


def _page(
    request: Request,
    shown: PolicyVersion,
    asked: Sequence[Threshold],
    *,
    effect: SimulationAnswer | None = None,
    error: AppError | None = None,
) -> Response:
    response = page(
        request,
        "what_if",
        status=error.status if error else HTTPStatus.OK,
        shown=shown,
        thresholds=asked,
        moved=[each for each in asked if each.is_changed],
        effect=effect,
        error=error,
        titles={rule.code: rule.title for rule in shown.rules},
    )
    if isinstance(error, SimulationsBusy):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response
