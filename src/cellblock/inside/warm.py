"""Everything that worker code may need, imported and used once before the fork.

After the jail no file can be opened, so nothing can be imported lazily: what numpy, pandas and the
standard library load at first use must be loaded here. The list was found by test
(``tests/inside/test_battery.py``), not by memory.
"""

from __future__ import annotations

import codecs
import contextlib
import importlib
import sys
from typing import Any

from cellblock.inside.facades import Facades

_BEHIND_THE_SCENES = (
    "_strptime",
    "collections.abc",
    "encodings.idna",
    "html.parser",
    "urllib.parse",
    "urllib.error",
    "xml.etree.ElementTree",
    "locale",
    "linecache",
    "traceback",
    "zoneinfo",
)
_CODECS = (
    *("ascii", "latin-1", "utf-8", "utf-8-sig", "utf-7", "utf-16", "utf-32", "cp1252", "cp437"),
    *("idna", "punycode", "unicode_escape", "raw_unicode_escape", "hex", "base64", "rot13"),
)
_NUMPY = (
    "numpy.fft",
    "numpy.linalg",
    "numpy.random",
    "numpy.ma",
    "numpy.polynomial",
    "numpy.lib.stride_tricks",
    "numpy.lib.recfunctions",
    "numpy.lib.scimath",
    "numpy.strings",
    "numpy.char",
    "numpy.rec",
    "numpy.typing",
    "numpy.exceptions",
    "numpy.dtypes",
    "numpy.testing",
)
_PANDAS = (
    "pandas.api.types",
    "pandas.api.indexers",
    "pandas.api.extensions",
    "pandas.tseries.offsets",
    "pandas.tseries.frequencies",
    "pandas.tseries.holiday",
    "pandas.io.formats.format",
    "pandas.io.formats.csvs",
    "pandas.io.formats.string",
    "pandas.io.formats.info",
    "pandas.io.formats.html",
    "pandas.io.formats.xml",
    "pandas.io.json",
    "pandas.testing",
    "pandas.errors",
    "pandas.arrays",
    "pandas.core.computation.eval",
    "pandas.core.reshape.pivot",
    "pandas.core.methods.describe",
    "pandas.core.window.ewm",
)
_PARTS = {
    "ast": ("_ast_unparse",),
    "numpy": _NUMPY,
    "pandas": _PANDAS,
    "string": ("string.templatelib",),
    "traceback": ("codeop",),
}
"""What a module imports at first use, and what it has below it."""


def up(modules: tuple[str, ...], *, zones: bool = True) -> None:
    """Import *modules* and use them; *zones* says whether workers can ask for a time zone.

    Raises: ImportError for one that is not installed.
    """
    for name in modules:
        importlib.import_module(name)
    parts = (part for name in modules for part in _PARTS.get(name, ()))
    for name in (*_BEHIND_THE_SCENES, *parts):
        with contextlib.suppress(ImportError):  # a part that this version does not have
            importlib.import_module(name)
    for name in _CODECS:
        codecs.lookup(name)
    _use_standard_library()
    if "numpy" in modules:
        _use_numpy()
    if "pandas" in modules:
        _use_pandas()
    if zones:  # six hundred files, a sixth of the start of a zygote without pandas
        _hold_time_zones()


def facades(modules: tuple[str, ...]) -> Facades:
    """Make those of *modules*, with all parts of numpy and pandas.

    Each that a worker makes itself is 0.2 ms and 40 pages of it.
    """
    made = Facades()
    for name in modules:
        made.get(name)
        if name in {"numpy", "pandas"}:
            for child in [item for item in sys.modules if item.startswith(f"{name}.")]:
                made.get(child)
    return made


def _use_standard_library() -> None:
    import datetime
    import json
    import statistics
    import time
    import traceback

    compile("def tick(ctx):\n    return [x for x in range(3)]\n", "warm", "exec")
    datetime.datetime.strptime("2024-01-01 10:00", "%Y-%m-%d %H:%M").astimezone()
    time.strptime("2024", "%Y")
    time.localtime()
    statistics.NormalDist().samples(2)
    statistics.quantiles([1, 2, 3])
    json.loads(json.dumps({"a": [1.5, None]}, indent=1))
    try:
        raise ValueError
    except ValueError:
        traceback.format_exc()


def _hold_time_zones() -> None:
    """Keep the data of every zone in memory, where a worker, who can open no file, finds it.

    Both of the library's implementations, and pandas, fall back to `load_tzdata` when no file is
    found.
    """
    import io
    import zoneinfo

    try:
        from zoneinfo import _common, _tzpath
    except ImportError:
        return  # another Python: workers then know no zone but UTC, and all else works

    load: Any = _common.load_tzdata
    held: dict[str, bytes] = {}
    for name in zoneinfo.available_timezones():
        path = _tzpath.find_tzfile(name)
        with open(path, "rb") if path else load(name) as file:
            held[name] = file.read()

    def load_tzdata(key: str) -> io.BytesIO:
        if key not in held:
            raise zoneinfo.ZoneInfoNotFoundError(f"No time zone found with key {key}")
        return io.BytesIO(held[key])

    _common.load_tzdata = load_tzdata  # type: ignore[assignment]


def _use_numpy() -> None:
    import numpy as np

    generator = np.random.default_rng(1)
    table = generator.normal(size=(20, 20))
    np.linalg.svd(table)
    np.linalg.solve(table, table[0])
    np.linalg.eigvals(table)
    np.fft.rfft(table[0])
    np.percentile(table, [5, 95])
    np.random.seed(1)  # noqa: NPY002 - workers may use the old generator
    np.random.rand(2)  # noqa: NPY002 - likewise
    repr(table)
    str(np.datetime64("now"))
    with np.errstate(all="ignore"):
        np.log(np.array([-1.0, 0.0]))


def _use_pandas() -> None:
    import numpy as np
    import pandas as pd

    frame = pd.DataFrame(
        {
            "t": pd.date_range("2024-01-01", periods=50, freq="min"),
            "p": np.linspace(1, 2, 50),
            "k": np.arange(50) % 3,
            "s": ["x", "y"] * 25,
        }
    )
    series = frame.set_index("t")["p"]
    series.resample("5min").ohlc()
    series.rolling(5).mean()
    series.rolling("5min").std()
    series.ewm(span=5).mean()
    series.tz_localize("UTC").tz_convert("America/New_York")
    series.pct_change().describe()
    series.expanding().max()
    _use_tables(frame)


def _use_tables(frame: Any) -> None:
    import io

    import pandas as pd

    frame.groupby("k")["p"].agg(["mean", "std"])
    frame.groupby("s").apply(lambda part: part["p"].sum())
    frame.merge(frame.head(), on="k")
    frame.pivot_table(index="k", columns="s", values="p")
    frame.query("p > 1 and k == 1")
    frame.eval("p + k")
    frame.sort_values(["k", "p"])
    frame["s"].str.upper().str.contains("X").value_counts()
    frame["t"].dt.strftime("%H:%M")
    pd.to_datetime(["2024-01-01T00:00:00Z"])
    pd.to_datetime(["01/02/2024"], format="%d/%m/%Y")
    pd.to_datetime([1_700_000_000_000], unit="ms")
    pd.to_numeric(pd.Series(["1", "x"]), errors="coerce")
    pd.cut(frame["p"], 3)
    pd.concat([frame, frame]).drop_duplicates()
    pd.read_csv(io.StringIO(frame.to_csv()))
    pd.read_json(io.StringIO(frame.to_json()))
    frame.to_dict("records")
    frame.to_html()
    frame.info(buf=io.StringIO())
    repr(frame)
    frame.to_string()
