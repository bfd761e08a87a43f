"""Ordinary numpy, pandas and library code gives the same inside the jail as outside."""

from __future__ import annotations

import contextlib
import io

import pytest

pytestmark = pytest.mark.jail

SNIPPETS = {
    "linear algebra": """
rng = np.random.default_rng(1); a = rng.normal(size=(60, 60))
print(np.linalg.svd(a)[1].sum().round(6), np.linalg.det(a).round(3), (a @ a.T).trace().round(6))
print(np.linalg.solve(a, np.ones(60)).sum().round(6), np.linalg.eigvalsh(a + a.T)[:2].round(6))
print(np.linalg.lstsq(a[:, :3], a[:, 4], rcond=None)[0].round(6), np.linalg.inv(a).sum().round(4))
""",
    "fft and sorting": """
x = np.sin(np.arange(4096)); print(abs(np.fft.rfft(x)).argmax(), np.sort(x)[:2], np.argsort(x)[:3])
print(np.percentile(x, [5, 50, 95]), np.histogram(x, 4)[0], np.convolve(x[:9], [1, 1])[:3])
print(np.interp(1.5, [1, 2], [3, 4]), np.polyfit([0, 1, 2], [1, 3, 5], 1).round(6))
""",
    "large arrays": "a = np.zeros((2000, 2000)); a += 1; print(a.sum(), np.concatenate([a, a]).shape)",
    "masked and structured": """
m = np.ma.masked_less(np.arange(5), 2); print(m.mean(), m)
s = np.zeros(2, dtype=[('a', 'i4'), ('b', 'f8')]); s['a'] = 3; print(s, s.dtype)
""",
    "text of arrays": "print(repr(np.linspace(0, 1, 5)), np.array2string(np.eye(2)), np.float64(1.5))",
    "dates": "print(np.datetime64('2024-01-01') + np.timedelta64(3, 'D'), np.arange('2024-01', '2024-03', dtype='M8[M]'))",
    "strings": "print(np.char.upper(['a', 'b']), np.strings.str_len(np.array(['ab', 'c'])))",
    "old generator": "np.random.seed(3); print(np.random.rand(3), np.random.randint(9, size=3), np.random.choice(5, 2))",
    "frame text": "print(frame); print(frame.head(2).to_string()); frame.info(); print(frame.describe())",
    "grouping": """
print(frame.groupby('k').p.agg(['mean', 'std', 'count'])); print(frame.groupby(['k', 's']).size())
print(frame.groupby('k').apply(lambda g: g.p.max() - g.p.min())); print(frame.pivot_table(index='k', columns='s', values='p'))
""",
    "time series": """
s = frame.set_index('t').p; print(s.resample('1h').ohlc().tail(2)); print(s.rolling('30min').mean().iloc[-1])
print(s.rolling(20).std().iloc[-1], s.ewm(span=5).mean().iloc[-1], s.pct_change().abs().max(), s.shift(1).iloc[1])
print(s.tz_localize('UTC').tz_convert('America/New_York').index[0], s.between_time('10:00', '10:05').sum())
print(s.asfreq('15min').interpolate().iloc[1], s.diff().cumsum().iloc[-1], s.expanding().max().iloc[-1])
""",
    "time zones": """
for zone in ('Europe/London', 'Asia/Tokyo', 'Australia/Sydney', 'UTC', 'America/Sao_Paulo'):
    print(pd.Timestamp('2024-06-01 12:00', tz=zone).tz_convert('Asia/Kolkata'))
""",
    "joins": "print(frame.merge(frame.head(3), on='k').shape, pd.concat([frame, frame]).shape, frame[['p']].join(frame[['k']]).shape)",
    "reading and writing text": """
text = frame.head(3).to_csv(index=False); print(text); print(frame[['p', 'k']].head(2).to_json()); print(frame.head(2).to_html()[:40])
print(frame.head(2).to_dict('records'), pd.json_normalize([{'a': {'b': 1}}]))
""",
    "categories and cuts": "print(pd.cut(frame.p, 3).value_counts().sort_index(), frame.s.astype('category').cat.codes.sum(), pd.qcut(frame.p, 2).nunique())",
    "strings of frames": "print(frame.s.str.upper().str.replace('X', 'z').unique(), frame.s.str.extract('(x)').notna().sum())",
    "queries": "print(frame.query('p > 1.5 and k == 1').shape, frame.eval('p * k').sum().round(6))",
    "dates of frames": """
print(pd.date_range('2024-01-31', periods=3, freq='ME'), pd.to_datetime(['2024-01-01', '2024-02-01']))
print(pd.to_datetime(pd.Series([1700000000000]), unit='ms', utc=True)[0], pd.bdate_range('2024-01-01', periods=3)[-1])
print(frame.t.dt.strftime('%H:%M').iloc[0], frame.t.dt.day_name().iloc[0], pd.Timedelta('1h') / pd.Timedelta('15min'))
""",
    "missing values": "print(pd.Series([1, None, 3]).interpolate().tolist(), pd.Series([1, None]).isna().sum(), pd.to_numeric(pd.Series(['1', 'x']), errors='coerce').tolist())",
    "windows and ranks": "print(frame.p.rank().iloc[0], frame.p.quantile([.1, .9]).tolist(), frame.p.corr(frame.k), frame[['p', 'k']].cov().round(6))",
    "nullable types": "print(pd.array([1, None], dtype='Int64'), pd.Series(['a', None], dtype='string').str.len().tolist(), pd.NA is pd.NA)",
    "styles of reshaping": "print(frame.head(2).melt(id_vars='t').shape, frame.set_index(['k', 't']).unstack().shape, frame.head(3).T.shape, pd.get_dummies(frame.s).sum().tolist())",
    "library": """
import statistics, decimal, json, re, datetime, hashlib, hmac, base64, random, copy, collections, itertools, functools, math, time
print(statistics.quantiles([1, 2, 3, 4]), statistics.NormalDist(0, 1).cdf(1), statistics.linear_regression([1, 2], [2, 4]))
print(decimal.getcontext().prec, decimal.Decimal(2).sqrt(), round(decimal.Decimal('1.005'), 2), math.comb(9, 3), math.fsum([.1] * 10))
print(datetime.datetime.strptime('2024-03-01 10:00', '%Y-%m-%d %H:%M').isoformat(), datetime.datetime.fromisoformat('2024-01-01T00:00:00+00:00'))
print(datetime.datetime(2024, 1, 1).strftime('%A %d %B %Y'), time.strftime('%Y', time.gmtime(0)), datetime.date(2024, 2, 29).isocalendar())
print([hashlib.new(n, b'x').hexdigest()[:6] for n in ('md5', 'sha1', 'sha512', 'sha3_256', 'blake2b')], hmac.compare_digest('a', 'a'))
print(re.findall(r'(?i)[a-z]+', 'Ab1 c'), collections.OrderedDict(a=1), collections.deque([1, 2], 1), list(itertools.pairwise([1, 2, 3])))
print(base64.urlsafe_b64decode(base64.urlsafe_b64encode(b'\\xff\\xfe')), 'é'.encode('latin-1'), 'ü'.encode('utf-16'), 'straße'.upper(), 'x'.encode('cp1252'))
print(json.dumps({'a': [1.5, None, True, 'é']}, indent=2, sort_keys=True), functools.lru_cache(lambda x: x * 2)(4))
print(f"{1234567.891:,.2f} {0.000012:.2e} {'x':^5}| {255:#x}", sorted('ba'), random.Random(2).sample(range(9), 3))
""",
}
PRELUDE = """
import numpy as np, pandas as pd
frame = pd.DataFrame({'t': pd.date_range('2024-01-01 10:00', periods=300, freq='min'), 'p': np.linspace(1, 2, 300) ** 2,
                      'k': np.arange(300) % 7, 's': ['x', 'y', 'z'] * 100})
"""

WIDER = {
    "syntax trees": "import ast\nprint(ast.unparse(ast.parse('a=1')), ast.literal_eval('[1]'))",
    "templates": """
import string
print(string.Template('$a').substitute(a=1))
try:
    from string.templatelib import Template
    print(Template('a', 'b').strings)
except ImportError:
    print('a Python without template strings')
""",
    "annotations": """
import dataclasses, functools, inspect, typing
@dataclasses.dataclass
class Candle:
    high: float
    low: 'float' = 0.5
@functools.singledispatch
def told(what): return 'anything'
@told.register
def _(what: Candle): return f'a candle of {what.high}'
print(told(Candle(2.0)), told(1), typing.get_type_hints(Candle), inspect.signature(Candle))
""",
    "failures": """
import traceback
try:
    compile('fro x in y: pass', 'a', 'exec')
except SyntaxError as error:
    print(traceback.format_exception(error)[-1].strip())
""",
}
"""What all modules of the full language have beyond those of the contract's."""


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_snippet_gives_the_same_inside_as_outside(bench, name):
    code = PRELUDE + SNIPPETS[name]
    outside = io.StringIO()
    with contextlib.redirect_stdout(outside):
        exec(code, {"__name__": "worker"})
    inside = bench.output(code)
    assert len(inside) > 5
    assert inside == outside.getvalue().rstrip("\n")


@pytest.mark.parametrize("name", WIDER)
def test_the_wider_library_gives_the_same_inside_as_outside(full, name):
    outside = io.StringIO()
    with contextlib.redirect_stdout(outside):
        exec(compile(WIDER[name], "", "exec", dont_inherit=True), {"__name__": __name__})
    assert full.output(WIDER[name]) == outside.getvalue().rstrip("\n") != ""


def test_siblings_draw_different_numbers(bench):
    code = """
import random, numpy as np
print(random.random(), np.random.rand(), np.random.default_rng().random(), random.SystemRandom().random())
"""
    drawn = [bench.output(code).split() for _ in range(4)]
    for column in zip(*drawn, strict=True):
        assert len(set(column)) == 4, column


def test_the_clock_runs_in_utc(bench):
    code = "import datetime\nd = datetime.datetime\nprint(abs((d.now() - d.utcnow()).total_seconds()) < 1)"
    assert (
        bench.output(
            code.replace("d.utcnow()", "d.now(datetime.timezone.utc).replace(tzinfo=None)")
        )
        == "True"
    )
