# expect: error ValueError
# full: error ValueError
# idea: build tracebacks by hand with absurd line numbers and a very long chain, and raise with them
def tick(ctx):
    try:
        1 / 0
    except Exception as error:
        trail = error.__traceback__
    maker = type(trail)
    frame = trail.tb_frame
    made = None
    for number in (-1, 0, 2**31 - 1, -(2**31), 3):
        made = maker(made, frame, number, number)
    for _ in range(50_000):
        made = maker(made, frame, 0, 5)
    try:
        made.tb_next = made
    except Exception as error:
        print("refused:", error)
    raise ValueError("look behind me").with_traceback(made)
