# expect: memory | error MemoryError | crash
# full: memory | error MemoryError | crash
# memory: 64
# idea: read a short JSON text that becomes dicts of a hundred times its size
import json


def tick(ctx):
    text = "[" + ",".join(['{"a":{}}'] * 400_000) + "]"
    print(len(text), len(json.loads(text)))
