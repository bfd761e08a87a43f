# expect: done
# idea: import hidden helpers by every form of the statement and give them innocent names
def tick(ctx):
    attempts = 0
    try:
        from random import _os as decimal
        attempts += 1
    except Exception as error:
        print("refused:", error)
    try:
        from collections import _sys as json
        attempts += 1
    except Exception as error:
        print("refused:", error)
    try:
        import re._parser as math
        attempts += 1
    except Exception as error:
        print("refused:", error)
    try:
        import json.codecs as time
        attempts += 1
    except Exception as error:
        print("refused:", error)
    try:
        from statistics import sys as copy
        attempts += 1
    except Exception as error:
        print("refused:", error)
    try:
        from json.decoder import scanner as base64
        print(base64.__name__)
    except Exception as error:
        print("refused:", error)
    print(attempts, "came")
    if attempts:
        try:
            print("ESCAPED: listed", decimal.listdir(ctx.config["folder"]))
        except Exception as error:
            print("refused:", error)
