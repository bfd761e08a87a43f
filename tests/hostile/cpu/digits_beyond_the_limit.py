# expect: done
# idea: turn numbers of a hundred thousand digits to text and back by all ways there are
import decimal
import json
import statistics


def tick(ctx):
    big = 10**100_000
    for act in (
        lambda: str(big),
        lambda: int("9" * 100_000),
        lambda: f"{big:d}",
        lambda: "%d" % big,
        lambda: json.loads("9" * 100_000),
        lambda: json.dumps(big),
        lambda: repr([big]),
        lambda: ctx.state.set("big", big),
        lambda: len(str(decimal.Decimal(big))),
        lambda: statistics.mean([big, 0.5]),
        lambda: len(hex(big)),
        lambda: ctx.log.info(big),
    ):
        try:
            print("gave", str(act())[:20])
        except Exception as error:
            print("refused:", type(error).__name__, str(error)[:60])
