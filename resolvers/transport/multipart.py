"""GraphQL multipart requests: the parameters of one operation, and the files that stand in its variables.

After the specification at https://github.com/jaydenseric/graphql-multipart-request-spec. The body is taken apart by
starlette, on python-multipart; what becomes of the parts is decided here, strictly.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator
from typing import Any

from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from resolvers.transport import parameters
from resolvers.transport.body import MAX_BODY_BYTES
from resolvers.transport.parameters import Malformed, Parameters
from schema.uploads import UploadedFile

MAX_FORM_BYTES = 11 * 1_048_576
"""The largest file that is taken has 10 MB; one that is a little larger is refused with its name, by the mutation."""
MAX_FILES = 1
TEXTS = ("operations", "map")


class _StrictParser(MultiPartParser):
    """Text parts are UTF-8; the parser would read anything else as Latin-1."""

    def on_part_end(self) -> None:
        if self._current_part.file is None:
            try:
                self._current_part.data.decode("utf-8")
            except UnicodeDecodeError:
                raise MultiPartException("A text part is not UTF-8.") from None
        super().on_part_end()


async def read(headers: Headers, stream: AsyncGenerator[bytes, None]) -> Parameters:
    """Raises Malformed, and what the stream raises. Whoever is done with the parameters closes their files."""
    parser = _StrictParser(headers, stream, max_files=MAX_FILES, max_fields=len(TEXTS), max_part_size=MAX_BODY_BYTES)
    try:
        form = await parser.parse()
    except MultiPartException as broken:
        raise Malformed(f"The multipart body cannot be read: {broken.message}") from None
    try:
        return of_form(form)
    except Malformed:
        await form.close()
        raise


def of_form(form: FormData) -> Parameters:
    """Raises Malformed."""
    operations = parameters.decode(_text(form, "operations"))
    if isinstance(operations, list):
        raise Malformed("Batching is off: send one operation at a time.")
    found = parameters.of_object(operations)
    files = {name: part for name, part in form.multi_items() if isinstance(part, UploadFile)}
    for name, path in _places(parameters.decode(_text(form, "map")), files):
        _put(found, path, files[name])
    return found


def _text(form: FormData, name: str) -> str:
    values = form.getlist(name)
    if len(values) != 1 or not isinstance(values[0], str):
        raise Malformed(f"A multipart request has one text part `{name}`.")
    return values[0]


def _places(mapping: object, files: dict[str, UploadFile]) -> Iterator[tuple[str, str]]:
    """(part, path) of each file. Every part that the map names is there, and every file is named."""
    if not isinstance(mapping, dict):
        raise Malformed('`map` must be an object, such as {"0": ["variables.file"]}.')
    if mapping.keys() != files.keys():
        raise Malformed("`map` must name each file of the request, and no other.")
    for name, paths in mapping.items():
        if not isinstance(paths, list) or len(paths) != 1 or not isinstance(paths[0], str):
            raise Malformed("`map` must give one path for each file, as a list.")
        yield name, paths[0]


def _put(found: Parameters, path: str, part: UploadFile) -> None:
    """In the place of the null that stands there."""
    first, *between, last = path.split(".") if "." in path else ("", path)
    holder: Any = found.variables if first == "variables" else None
    for key in between:
        holder = _below(holder, key)
    if _below(holder, last, missing=part) is not None:
        raise Malformed("A path in `map` must lead to a null among the variables.")
    file = UploadedFile(part.filename or "", part.size or 0, part)
    holder[int(last) if isinstance(holder, list) else last] = file
    found.uploads.append(file)


def _below(holder: Any, key: str, missing: Any = None) -> Any:
    if isinstance(holder, dict):
        return holder.get(key, missing)
    if isinstance(holder, list) and re.fullmatch("[0-9]{1,6}", key) and int(key) < len(holder):
        return holder[int(key)]
    return missing
