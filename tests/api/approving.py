"""A proposal as an administrator makes it: to revoke a client."""

import httpx

APPROVALS = "/api/v1/approvals"


async def proposed(person: httpx.AsyncClient, client_id: str) -> str:
    answer = await person.post(APPROVALS, json=wanted(client_id))
    assert answer.status_code == 201, answer.text
    assert answer.json()["state"] == "proposed"
    return f"{APPROVALS}/{answer.json()['proposal_id']}"


def wanted(client_id: str) -> dict[str, object]:
    return {"act": "client:revoke", "arguments": {"client_id": client_id}, "reason": "平台已停止运营"}


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]
