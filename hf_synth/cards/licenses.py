"""Licences as the Hub names them."""

from __future__ import annotations

import re

# https://huggingface.co/docs/hub/repositories-licenses, without `other` and `unknown`, which name none.
LICENSES = frozenset(
    """
    afl-3.0 agpl-3.0 apache-2.0 apple-amlr apple-ascl artistic-2.0 bigcode-openrail-m bigscience-bloom-rail-1.0
    bigscience-openrail-m bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear bsl-1.0 c-uda cc cc-by-2.0 cc-by-2.5
    cc-by-3.0 cc-by-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0
    cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cc-by-nd-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc0-1.0 cdla-permissive-1.0
    cdla-permissive-2.0 cdla-sharing-1.0 creativeml-openrail-m deepfloyd-if-license ecl-2.0 epl-1.0 epl-2.0
    etalab-2.0 eupl-1.1 eupl-1.2 gemma gfdl gpl gpl-2.0 gpl-3.0 h-research intel-research isc lgpl lgpl-2.1 lgpl-3.0
    lgpl-lr llama2 llama3 llama3.1 llama3.2 llama3.3 llama4 lppl-1.3c mit mpl-2.0 ms-pl ncsa odbl odc-by ofl-1.1
    openrail openrail++ osl-3.0 pddl postgresql unlicense wtfpl zlib
    """.split()
)


def license_metadata(stated: str | None) -> dict[str, str]:
    """Say a licence in the Hub's keys.

    Args:
        stated: An identifier of the Hub, or any other name of a licence; None if nobody stated one.

    Returns:
        `license`, and `license_name` with it if the Hub does not know the licence.

    Examples:
        >>> license_metadata("CC BY 4.0"), license_metadata(None)
        ({'license': 'cc-by-4.0'}, {'license': 'unknown'})
        >>> license_metadata("Our own terms, see LICENSE")
        {'license': 'other', 'license_name': 'our-own-terms-see-license'}
    """
    name = re.sub(r"[^a-z0-9.+]+", "-", (stated or "unknown").lower()).strip("-.")
    if name in LICENSES or name in ("unknown", "other"):
        return {"license": name}
    return {"license": "other", "license_name": name or "unnamed"}
