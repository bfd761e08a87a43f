# expect: done
# ticks: 2
# idea: keep pickles under keys and values of the state and see that they come back as the text they are
PAYLOADS = ("cposix\nsystem\n(Vid\ntR.", "\x80\x04\x95\x00N.", "!!python/object/apply:os.system ['id']", '{"py/reduce": [{"py/function": "os.system"}]}', "\x93NUMPY")


def tick(ctx):
    for payload in PAYLOADS:
        before = ctx.state.get(payload)
        assert before is None if ctx.tick.n == 1 else before == {"payload": payload}, before
        ctx.state.set(payload, {"payload": payload})
        assert ctx.state.get(payload) == {"payload": payload}
    print(len(ctx.state.keys()))
