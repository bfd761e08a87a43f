# expect: timeout
# full: timeout
# idea: block every signal with pthread_sigmask, set other handlers, and compute for ever
def tick(ctx):
    signal = print.__self__.__import__("_signal")
    for act in (
        lambda: signal.signal(10, signal.SIG_IGN),
        lambda: signal.signal(14, lambda *_: None),
        lambda: signal.setitimer(0, 0.1),
        lambda: signal.siginterrupt(10, True),
        lambda: signal.set_wakeup_fd(4),
        lambda: signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65)),
    ):
        try:
            print("took", act())
        except Exception as error:
            print("refused:", error)
    while True:
        pass
