"""Questions asked on every request, put into SQL once per process — e.g. the powers a person holds at the moment of a click.

Writing a query's SQL costs the server about ten times what asking it costs. The question stays an ordinary queryset, so that
the models remain the one truth; only its text is kept. A row written on the same path is put down by `insert`, for the same reason.
"""

import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.constants import OnConflict
from django.db.models.expressions import RawSQL
from django.db.models.query import FlatValuesListIterable, ModelIterable, get_related_populators
from django.db.models.sql import InsertQuery, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler

from millrace.registers.people import wire

Row = TypeVar("Row")
Rows = Iterable[tuple[Any, ...]]
KINDS = (int, str, date, datetime, uuid.UUID)


@dataclass(frozen=True)
class _Text:
    statement: wire.Statement
    places: tuple[tuple[str, Any], ...]  # each the name of a value, or no name and a constant
    read: Callable[[Rows], Iterable[Any]]


class Prepared(Generic[Row]):
    """One question with named values: `Prepared(lambda person, at: Power.objects.filter(…), person=int, at=datetime)`.

    Called with the values it gives the rows the queryset would: instances with their related ones, tuples of `values_list`, or
    single values where that is flat. The question keeps its shape whatever the values: none is None, a list, or left unused.
    """

    def __init__(self, ask: Callable[..., "models.QuerySet[Any, Row]"], **kinds: type) -> None:
        self._ask, self._kinds, self._lock = ask, kinds, threading.Lock()
        self._text: _Text | None = None

    def __call__(self, **values: Any) -> list[Row]:
        text = self._text or self._write()
        found, _count = wire.ask(text.statement, [values[name] if name else constant for name, constant in text.places], DEFAULT_DB_ALIAS)
        return list(text.read(found)) if found else []

    def first(self, **values: Any) -> Row | None:
        """This will give the first row, or None."""
        rows = self(**values)
        return rows[0] if rows else None

    def _write(self) -> _Text:
        with self._lock:
            if self._text is None:
                marks = {_mark(kind, number): name for number, (name, kind) in enumerate(self._kinds.items())}
                rows = self._ask(**{name: mark for mark, name in marks.items()})
                compiler = rows.query.get_compiler(rows.db)
                sql, found = compiler.as_sql()
                places = tuple((marks[each], None) if type(each) in KINDS and each in marks else ("", each) for each in found)
                if unused := set(self._kinds) - {name for name, _constant in places}:
                    raise TypeError(f"the question does not ask for {sorted(unused)} as they are given")
                self._text = _Text(wire.Statement(sql), places, _reader(rows, compiler))
            return self._text


def ids(rows: Iterable[int]) -> str:
    """This will write ids as the one value that `among` reads, so that a question of many rows keeps its text."""
    return ",".join(map(str, rows))


def among(mark: str) -> RawSQL:
    """This will stand for the ids written into one value: `Case.objects.filter(pk__in=among(cases))`."""
    return RawSQL("SELECT unnest(string_to_array(%s, ',')::bigint[])", [mark])


def _mark(kind: type, number: int) -> Any:
    """This will make a value that no question holds by itself: where it comes out, the value given belongs."""
    marks = {
        int: 2_000_000_011 + number,
        str: f"\u241fplace {number}",
        date: date(1, 1, 7 + number),
        datetime: datetime(1, 1, 1, 0, 0, 0, 7 + number, tzinfo=UTC),
        uuid.UUID: uuid.UUID(int=7 + number),
    }
    return marks[kind]


def _reader(rows: "models.QuerySet[Any, Any]", compiler: SQLCompiler) -> Callable[[Rows], Iterable[Any]]:
    """This will read rows as Django does: converted, then made into instances unless the question asks for values."""
    converters = compiler.get_converters([column for column, *_rest in compiler.select[: compiler.col_count]])

    def converted(found: Rows) -> Rows:
        return (tuple(row) for row in compiler.apply_converters(found, converters)) if converters else found

    if rows._iterable_class is FlatValuesListIterable:
        return lambda found: (row[0] for row in converted(found))
    if rows._iterable_class is not ModelIterable:
        return converted
    model, columns = compiler.klass_info["model"], compiler.klass_info["select_fields"]
    names = [compiler.select[column][0].target.attname for column in columns]
    related = get_related_populators(compiler.klass_info, compiler.select, rows.db)  # type: ignore[call-arg]  # stubs of a later Django
    begin, end = columns[0], columns[-1] + 1
    notes = tuple((compiler.annotation_col_map or {}).items())

    def instances(found: Rows) -> Iterator[Any]:
        for row in converted(found):
            made = _made(model, rows.db, names, row[begin:end])
            for each in related:
                _populate(each, row, made)
            for name, column in notes:
                made.__dict__[name] = row[column]
            yield made

    return instances


def _made(model: type[models.Model], using: str, names: Sequence[str], values: Sequence[Any]) -> models.Model:
    """This will make the instance `from_db` would, without asking each field whether it minds: what was read was once accepted."""
    made = model.__new__(model)
    state = models.base.ModelState()
    state.adding, state.db = False, using
    made.__dict__["_state"] = state
    made.__dict__.update(zip(names, values, strict=True))
    return made


def _populate(related: Any, row: tuple[Any, ...], of: models.Model) -> None:
    """This will put a related instance on its own, as Django's populator does."""
    found = related.reorder_for_init(row) if related.reorder_for_init else row[related.cols_start : related.cols_end]
    one = None if found[related.pk_idx] is None else _made(related.model_cls, related.db, related.init_list, found)
    related.local_setter(of, one)
    if one is not None:
        for each in related.related_populators:
            _populate(each, row, one)
        related.remote_setter(one, of)


def insert(made: models.Model, *, is_kept_once: bool = False) -> None:
    """This will write a new row and put its id on the instance: `save(force_insert=True)` without writing its SQL anew.

    For models without parents, signals or values made by the database other than their id. A row `is_kept_once` that is there
    already is left as it is, and the instance gets no id.
    """
    meta = made._meta
    fields = [field for field in meta.local_concrete_fields if not (field is meta.auto_field and made.pk is None)]
    text = _inserts.get((type(made), len(fields), is_kept_once)) or _insert_text(made, fields, is_kept_once)
    # Looked up once: the proxy asks again at each of twenty fields which thread's connection it stands for.
    own = connections[DEFAULT_DB_ALIAS]
    written, _count = wire.ask(text, [field.get_db_prep_save(field.pre_save(made, True), own) for field in fields], DEFAULT_DB_ALIAS)
    if written:
        ((made.pk,),) = written
    made._state.adding, made._state.db = False, DEFAULT_DB_ALIAS


_inserts: dict[tuple[type[models.Model], int, bool], wire.Statement] = {}


def _insert_text(made: models.Model, fields: "list[models.Field[Any, Any]]", is_kept_once: bool) -> wire.Statement:
    query = InsertQuery(type(made), on_conflict=OnConflict.IGNORE if is_kept_once else None)
    query.insert_values(fields, [made], raw=False)
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    compiler.returning_fields = [made._meta.pk]
    [(text, _values)] = compiler.as_sql()
    return _inserts.setdefault((type(made), len(fields), is_kept_once), wire.Statement(text))


def update(made: models.Model, *names: str) -> None:
    """This will write these fields of a row that exists: `save(update_fields=…)` without writing its SQL anew."""
    fields = _fields(made, names)
    text = _updates.get((type(made), names)) or _update_text(made, names)
    own = connections[DEFAULT_DB_ALIAS]
    values = [field.get_db_prep_save(field.pre_save(made, False), own) for field in fields]
    _rows, count = wire.ask(text, [*values, made.pk], DEFAULT_DB_ALIAS)
    if count != 1:
        raise ObjectDoesNotExist(f"{type(made).__name__} {made.pk} is not there to be written")


def _fields(made: models.Model, names: tuple[str, ...]) -> "list[models.Field[Any, Any]]":
    return [field for name in names if isinstance(field := made._meta.get_field(name), models.Field)]


_updates: dict[tuple[type[models.Model], tuple[str, ...]], wire.Statement] = {}


def _update_text(made: models.Model, names: tuple[str, ...]) -> wire.Statement:
    query: UpdateQuery = type(made)._base_manager.filter(pk=made.pk).query.chain(UpdateQuery)  # type: ignore[assignment]  # chain gives the class asked for
    places: list[Any] = [(field, None, models.Value("")) for field in _fields(made, names)]
    query.add_update_fields(places)
    text, _values = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    return _updates.setdefault((type(made), names), wire.Statement(text))
