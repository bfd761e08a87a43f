# expect: crash | done | error SystemError | error ValueError | error UnboundLocalError | error NameError | memory
# idea: run the code of a function with many locals in one with few, so that it loads what lies behind the frame
# source: pwning-python
def many():
    a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = a8 = a9 = b0 = b1 = b2 = b3 = b4 = b5 = b6 = b7 = b8 = b9 = None
    del b9
    return b7


def few():
    return None


def tick(ctx):
    few.__code__ = few.__code__.replace(co_code=many.__code__.co_code, co_consts=many.__code__.co_consts, co_stacksize=1)
    for _ in range(100):
        print(type(few()))
