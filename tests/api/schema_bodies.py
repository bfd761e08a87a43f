"""Bodies of the API that are no JSON, for the program that tries its schema out.

It is loaded by that program, and not by pytest.
"""

from __future__ import annotations

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def lines(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode()
