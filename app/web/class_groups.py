"""Class groups: which there are and how they stand."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.api.compliance_class_groups import ClassGroupItem, list_class_groups
from app.api.pagination import Listing
from app.api.parameters import OnlyKnown
from app.web.pages import PageRoute, page

router = APIRouter(
    prefix="/class-groups", include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown]
)


@router.get("")
async def class_groups(
    request: Request, found: Annotated[Listing[ClassGroupItem] | Response, Depends(list_class_groups)]
) -> Response:
    return found if isinstance(found, Response) else page(request, "class_groups", found=found)
