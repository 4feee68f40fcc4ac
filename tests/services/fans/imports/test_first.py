from tests.services.fans.imports.imported import *


async def test_x(desk):
    csv = 'robin,Robin,R@x.com,VIP,"$1,234.56",11/01/2025\n@ROBIN,,,,,\n,Kim,kim@x.com,,,\n,Kim,KIM@x.com,,,\nbad,,nomail,,1.234,13/13/2025\n'
    row = await desk.imported(csv)
    print(counts(row), row.status, row.status_detail, row.warnings, row.total_rows)
    print(await desk.problems(row))
    for f in await desk.fans():
        print(f.name, f.handle, f.email, f.tags, f.value_cents, f.last_seen_at, f.version)
    again = await desk.imported(csv, on_duplicate="UPDATE")
    print(counts(again))
    dry = await desk.imported(
        "new,New,n@x.com,,,\nnew,,,a,,\nrobin,,,b,,\nrobin,,,b,,\n", dry_run=True, on_duplicate="UPDATE"
    )
    print(counts(dry), dry.status, dry.status_detail)
    c = await desk.resources.fan_imports.confirm(desk.owner, dry.id)
    await desk.work()
    c = await desk.read(c)
    print(counts(c), c.status)
    u = await desk.resources.fan_imports.undo(desk.owner, row.id)
    print(u.status, u.undo_kept)
    for f in await desk.fans():
        print(f.name, f.handle, f.email, f.tags, f.value_cents, f.last_seen_at, f.version)
