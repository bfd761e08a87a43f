# expect: done
# idea: put values and keys into the state that are just at, and far over, each of its bounds
def tick(ctx):
    for key, value in (
        ("k" * 512, 1),
        ("k" * 513, 1),
        ("", 1),
        ("big", "v" * 511_998),
        ("big", "v" * 511_999),
        ("big", "\u00e9" * 300_000),
        ("big", ["x"] * 127_999),
        ("control", "\x01" * 100_000),
        ("k" * 10_000_000, 1),
        ("nine", "v" * 9_000_000),
        ("nan", float("nan")),
        ("keys", {1: 1, "1": 2, None: 3, True: 4}),
        ("deep", [[[[[[[[[[1]]]]]]]]]]),
    ):
        try:
            ctx.state.set(key, value)
            assert ctx.state.get(key) == value or key in ("keys",), key[:20]
            print("kept", key[:10], len(str(value)))
        except Exception as error:
            print("refused:", type(error).__name__, str(error)[:80])
