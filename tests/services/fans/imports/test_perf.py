import time, collections
from sqlalchemy import event
from tests.services.fans.imports.imported import *
from services.runtime.settings import Settings


async def test_x(desk):
    spent = collections.Counter()
    number = collections.Counter()
    last = {}
    eng = desk.database.engine.sync_engine

    @event.listens_for(eng, "before_cursor_execute")
    def b(conn, cur, st, pa, ctx, many):
        ctx._t = time.time()

    @event.listens_for(eng, "after_cursor_execute")
    def a(conn, cur, st, pa, ctx, many):
        k = st[:60].replace("\n", " ") + "..." + str(len(st))
        spent[k] += time.time() - ctx._t
        number[k] += 1
        last[k] = (st, pa)

    rows = "".join(f'user{i},Name {i},user{i}@example.com,VIP,"$1,234.56",11/01/2025 10:00\n' for i in range(3000))
    t = time.time()
    row = await desk.upload(rows)
    print("upload", time.time() - t)

    async def show(n):
        print(n)
        for k, v in spent.most_common(6):
            print(f"   {v:.2f} {number[k]} {k}")
        spent.clear()
        number.clear()

    t = time.time()
    await desk.work()
    await show(f"work {time.time() - t}")
    t = time.time()
    row2 = await desk.imported(rows)
    await show(f"again {time.time() - t}")
    import asyncpg

    c = await asyncpg.connect(desk.resources.settings.database_url.get_secret_value())
    for k, (st, pa) in last.items():
        if k.startswith("SELECT fans.id") or "LATERAL" in st:
            r = await c.fetch("EXPLAIN (ANALYZE, TIMING OFF) " + st, *pa)
            print(k)
            print("\n".join(x[0][:160] for x in r[:25]))
    t = time.time()
    try:
        row = await desk.resources.fan_imports.undo(desk.owner, row.id)
        await show(f"undo {time.time() - t} {row.status} {row.undo_kept}")
    except Exception as e:
        print(type(e))
        await show("x")
