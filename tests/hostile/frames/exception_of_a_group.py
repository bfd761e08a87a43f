# expect: done
# idea: take the frames out of the parts of an exception group that split copied
def tick(ctx):
    kinds = Exception.__subclasses__()
    group = [kind for kind in kinds if kind.__name__ == "ExceptionGroup"][0]
    parts = []
    for number in range(3):
        try:
            1 / 0
        except Exception as error:
            parts.append(error)
    try:
        raise group("several", parts)
    except Exception as error:
        matching, rest = error.split(ZeroDivisionError)
        frame = matching.exceptions[2].__traceback__.tb_frame.f_back
        print(rest, frame.f_code.co_name)
    sys = frame.f_globals["sys"]
    try:
        sys.modules["os"].posix_spawn("/bin/true", ["true"], {})
        print("ESCAPED: a program was started")
    except Exception as error:
        print("refused:", error)
