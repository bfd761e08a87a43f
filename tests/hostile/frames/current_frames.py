# expect: done
# idea: ask sys for the frames of all threads, and hang a profiler on every call that the host's code makes until the next tick
# ticks: 2
seen = []


def tick(ctx):
    sys = print.__self__.__import__("sys")
    if seen:
        print("the profiler saw", sorted(set(seen))[:10])
        sys.setprofile(None)
        return
    frames = sys._current_frames()
    print(len(frames), "threads")
    frame = frames.popitem()[1].f_back
    try:
        print("ESCAPED: read", frame.f_builtins["open"](ctx.config["secret_file"]).read())
    except Exception as error:
        print("refused:", error)
    sys.setprofile(lambda frame, what, _: seen.append(frame.f_code.co_name))
