# expect: done
# idea: name a writer as the function of agg, apply, transform and pipe, with a path as its argument
import pandas as pd


def tick(ctx):
    target = ctx.config["folder"] + "/made-by-name"
    frame = pd.DataFrame({"a": [1, 2]})
    for holder in (frame, frame["a"], frame.groupby("a"), frame.rolling(1)):
        for way in ("agg", "apply", "transform"):
            for name in ("to_csv", "to_pickle", "to_json", "__class__", "__init__", "_agg_by_level", "query"):
                try:
                    getattr(holder, way)(name, 0, target)
                    print("answered", way, name)
                except Exception as error:
                    print(way, name, "refused:", type(error).__name__)
