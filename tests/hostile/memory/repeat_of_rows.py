# expect: memory | error MemoryError | crash
# full: memory | error MemoryError | crash
# memory: 64
# idea: repeat the rows of a small frame, reindex it and take a product of its levels
import pandas as pd


def tick(ctx):
    index = pd.MultiIndex.from_product([range(3_000), range(3_000)])
    print(len(pd.Series(1.0, index=index).repeat(50).unstack()))
