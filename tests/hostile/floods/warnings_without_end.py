# expect: done
# idea: have numpy warn and print to the error stream a thousand times, and format huge tables
import numpy as np
import pandas as pd


def tick(ctx):
    for number in range(1_000):
        np.float64(number) / np.float64(0)
    np.set_printoptions(threshold=10**9, linewidth=10**9)
    print(np.zeros(20_000))
    with pd.option_context("display.max_rows", None, "display.width", 10**6):
        print(pd.DataFrame({"a": range(5_000)}))
