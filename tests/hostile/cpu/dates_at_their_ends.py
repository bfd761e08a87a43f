# expect: done
# idea: walk calendars past their ends and at their finest step
import datetime
import numpy as np
import pandas as pd


def tick(ctx):
    for act in (
        lambda: datetime.datetime.max + datetime.timedelta.resolution,
        lambda: datetime.timedelta.max * 2,
        lambda: pd.date_range("1700-01-01", "2200-01-01", freq="ns"),
        lambda: pd.bdate_range("1700", periods=10**12),
        lambda: pd.Timestamp.max + pd.offsets.CustomBusinessDay(10**9, weekmask="Mon"),
        lambda: np.busday_count("0001-01-01", "9999-12-31"),
        lambda: np.arange("0001", "9999", dtype="datetime64[ns]"),
    ):
        try:
            print("gave", str(act())[:40])
        except Exception as error:
            print("refused:", type(error).__name__, str(error)[:60])
