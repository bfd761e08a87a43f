# expect: done
# idea: have pandas start the programs by which it reads and writes a clipboard
import pandas as pd


def tick(ctx):
    for act in (pd.read_clipboard, pd.DataFrame({"a": [1]}).to_clipboard):
        try:
            print("answered", act())
        except Exception as error:
            print("refused:", type(error).__name__, str(error)[:80])
    space = pd.read_clipboard.__globals__
    try:
        clipboard = space["sys"].modules["pandas.io.clipboard"] if "sys" in space else space["__builtins__"]["__import__"]("pandas.io.clipboard", fromlist=["x"])
        clipboard.subprocess.Popen(["id"])
        print("ESCAPED: started a program")
    except Exception as error:
        print("refused:", type(error).__name__, str(error)[:80])
