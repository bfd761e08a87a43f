# expect: done
# idea: multiply matrices until the linear algebra library would start threads of its own
import numpy as np


def tick(ctx):
    table = np.random.default_rng(1).normal(size=(500, 500))
    for _ in range(3):
        table = table @ table
        table /= np.abs(table).max()
    print(np.linalg.svd(table[:100, :100])[1][0] > 0)
    ctx.state.set("done", True)
