# expect: timeout
# full: timeout
# idea: catch the deadline with a class found by walking, disarm the deadline found in its traceback, and go on for ever
Everything = Exception.__base__


def tick(ctx):
    try:
        while True:
            pass
    except Everything as strike:
        deadline = strike.__traceback__.tb_next.tb_frame.f_locals["self"]
        deadline.shielded = True
        deadline.arm()
    while True:
        pass
