import base64
import hashlib
import re
from pathlib import Path

import pytest
import strawberry

from service.web.graphiql import STATIC
from tests.service.conftest import Service

# Which of our files is which of those that Strawberry's own page loads from elsewhere.
SAME = {
    "react.production.min.js": "react@18",
    "react-dom.production.min.js": "react-dom@18",
    "graphiql.min.js": "graphiql.min.js",
    "graphiql.min.css": "graphiql.min.css",
    "explorer.js": "plugin-explorer@1.0.2/dist/index.umd.js",
    "explorer.css": "plugin-explorer@1.0.2/dist/style.css",
}


async def test_bare_address_leads_to_the_page(service: Service) -> None:
    response = await service.client.get("/")
    assert (response.status_code, response.headers["location"]) == (303, "/graphiql")


async def test_page_loads_only_from_this_server(service: Service) -> None:
    page = await service.client.get("/graphiql")
    assert page.status_code == 200
    addresses = re.findall(r'(?:src|href|action)="([^"]*)"', page.text)
    assert len(addresses) >= 9
    assert all(address.startswith("/static/") or address == "data:," for address in addresses)
    for address in addresses:
        if address != "data:,":
            found = await service.client.get(address)
            assert found.status_code == 200, address
            kind = "javascript" if address.endswith(".js") else "css"
            assert kind in found.headers["content-type"]


async def test_policy_forbids_scripts_in_the_page_and_requests_elsewhere(service: Service) -> None:
    page = await service.client.get("/graphiql")
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)
    assert " on" not in re.sub(r">[^<]*<", "><", page.text)


async def test_page_speaks_chinese_and_english(service: Service) -> None:
    for language, word in (("zh-CN", "令牌"), ("en", "Token")):
        page = await service.client.get("/graphiql", headers={"accept-language": language})
        assert f">{word}</label>" in page.text


@pytest.mark.parametrize("name", SAME)
def test_file_is_the_one_that_strawberry_checks(name: str) -> None:
    template = Path(strawberry.__file__).parent / "static" / "graphiql.html"
    listed = re.findall(r'(?:src|href)="([^"]+)"\s+integrity="sha384-([^"]+)"', template.read_text())
    (wanted,) = [digest for address, digest in listed if SAME[name] in address]
    content = (STATIC / "graphiql" / name).read_bytes()
    assert base64.b64encode(hashlib.sha384(content).digest()).decode() == wanted


def test_licences_are_there_for_every_foreign_file() -> None:
    licences = (STATIC / "graphiql" / "LICENSES.txt").read_text()
    for name in SAME:
        assert name.split(".min.")[0].split(".production")[0].removesuffix(".css") in licences
    assert licences.count("MIT License") == 2


def test_token_stays_in_the_tab() -> None:
    script = (STATIC / "graphiql" / "page.js").read_text()
    assert "sessionStorage" in script
    assert "localStorage" not in script
    assert "cookie" not in script.lower()


async def test_static_folder_gives_nothing_else(service: Service) -> None:
    for path in ("/static/", "/static/../graphiql.py", "/static/graphiql/nothing.js"):
        assert (await service.client.get(path)).status_code == 404
