# expect: error SyntaxError
# full: error SyntaxError
# idea: break rules that only the symbol table knows: await at the top, return, yield, nonlocal
async def f():
    yield [x async for x in (await y for y in z)]
nonlocal x
return await x

def tick(ctx):
    print('ran')
