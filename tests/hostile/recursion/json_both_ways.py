# expect: done
# idea: read and write JSON nested a hundred thousand deep
import json


def tick(ctx):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    for act in (
        lambda: json.dumps(deep),
        lambda: json.loads("[" * 100_000 + "]" * 100_000),
        lambda: json.loads('{"a":' * 100_000 + "1" + "}" * 100_000),
        lambda: json.dumps(deep, indent=1),
        lambda: ctx.state.set("deep", deep),
        lambda: ctx.log.info(deep),
    ):
        try:
            print("gave", len(str(act())))
        except Exception as error:
            print("refused:", type(error).__name__)
