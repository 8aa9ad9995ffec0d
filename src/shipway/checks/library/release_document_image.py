"""Documents that name another image than Compose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import NOTICE, Facts, Finding, Place, Words, check, needs

_IMAGE = re.compile(r"^[a-z0-9][\w./-]*:[\w.-]+$")


@check(
    "release.document-image",
    NOTICE,
    needs=needs.DOCUMENTS,
    serves=("D09", "R004", "R008"),
    title=Words("Documents name the images that run", "문서의 이미지가 실제와 같다"),
    fix=Words(
        "write what Compose says, or let `shipway document` write it",
        "Compose와 같게 고치거나 `shipway document`로 만드세요",
    ),
)
def document_image(facts: Facts) -> Iterator[Finding]:
    """Find rows of tables: service, image. Whoever follows them builds another server."""
    images = {service.name: service.image for service in facts.services if service.image}
    for path in facts.documents:
        for number, line in facts.files.numbered(path):
            if not line.lstrip().startswith("|"):
                continue
            cells = [cell.strip().strip("`*") for cell in line.strip().strip("|").split("|")]
            actual = images.get(cells[0].lower())
            for cell in cells[1:]:
                if actual and _IMAGE.match(cell) and cell != actual:
                    yield Finding(
                        place=Place(path, number),
                        wrong=Words(
                            f"says {cell}, and Compose runs {actual}",
                            f"{cell}이라고 적혀 있지만 Compose는 {actual}을(를) 씁니다",
                        ),
                    )
