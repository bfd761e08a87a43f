# expect: timeout
# full: timeout
# idea: find the deadline among the locals of the frames below and replace its handler's state before it strikes
def tick(ctx):
    try:
        1 / 0
    except Exception as error:
        frame = error.__traceback__.tb_frame
    while frame:
        owner = frame.f_locals.get("self")
        deadline = getattr(owner, "_deadline", None)
        if deadline is not None:
            deadline.disarm()
            type(deadline).strike = lambda *_: None
            type(deadline).arm = lambda *_: None
        frame = frame.f_back
    while True:
        pass
