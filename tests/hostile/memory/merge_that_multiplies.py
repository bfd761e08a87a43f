# expect: memory | error MemoryError | crash
# full: memory | error MemoryError | crash
# memory: 64
# idea: merge two frames on a key that all rows share
import pandas as pd


def tick(ctx):
    frame = pd.DataFrame({"key": [1] * 20_000, "value": range(20_000)})
    print(len(frame.merge(frame, on="key")))
