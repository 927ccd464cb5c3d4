"""Whether the servers of the outputs answer, take what would be written, and keep it for longer than it may wait."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from rtu_agent.config.model import OutputEntry
from rtu_agent.doctor.case import Case
from rtu_agent.doctor.deadline import ANSWER_S, NoAnswerError, within
from rtu_agent.doctor.finding import Finding, ok, problem, warning
from rtu_agent.domain.duration import duration_text
from rtu_agent.domain.secret import SecretError
from rtu_agent.domain.text import in_words, printable
from rtu_agent.output.contract import Action, NetworkOutput, SettingsError, Verdict
from rtu_agent.output.influxdb_settings import InfluxdbSettings


@dataclass(frozen=True, slots=True)
class Server:
    """What the server of an output said."""

    output: str
    verdict: Verdict | Exception | None
    """About taking records; None when it cannot be asked without giving it some."""
    keeps_s: float | Exception | None
    """How long it keeps records, seconds; None is for ever, or not said."""
    mend: str
    """How to change the output."""


def examine(case: Case) -> Iterator[Finding]:
    """Ask every server, all at once."""
    entries = case.loaded.site.outputs.values()
    network = [entry for entry in entries if issubclass(case.loaded.output_types[entry.type], NetworkOutput)]
    outputs: dict[str, NetworkOutput] = {}
    mends: dict[str, str] = {}
    for entry in network:
        try:
            made = _made(case, entry)
        except SecretError as error:
            yield warning(entry.name, f"its server was not asked: {error}", "see what is said of its secret")
        except SettingsError as error:
            yield problem(entry.name, str(error), f"{case.config}: outputs: {{{entry.name}: …}}")
        else:
            outputs |= made
            mends |= dict.fromkeys(made, _mend(case, entry))
    for server in look(outputs, mends):
        yield judge_answer(server)
        yield from judge_retention(server, case.loaded.site.spool.keep)


def _made(case: Case, entry: OutputEntry) -> Mapping[str, NetworkOutput]:
    """Return an output and those of its rollups, which have buckets of their own."""
    output = case.loaded.output_types[entry.type](entry.name, entry.settings)
    assert isinstance(output, NetworkOutput)  # noqa: S101 - the caller has chosen
    return {entry.name: output, **{name: target.output for name, target in output.rollups().items()}}


def _mend(case: Case, entry: OutputEntry) -> str:
    if isinstance(entry.settings, InfluxdbSettings):
        return f"see to `url` and `token`; rtu-agent influx setup --config {case.config} {entry.name} makes the bucket"
    return f"{case.config}: outputs: {{{entry.name}: …}}"


def look(outputs: Mapping[str, NetworkOutput], mends: Mapping[str, str]) -> Iterator[Server]:
    """Ask the servers."""
    answers = within(ANSWER_S, {name: partial(_ask, output) for name, output in outputs.items()})
    for name, answer in answers.items():
        verdict, keeps_s = (answer, None) if isinstance(answer, Exception) else answer
        yield Server(name, verdict, keeps_s, mends[name])


def _ask(output: NetworkOutput) -> tuple[Verdict | None, float | Exception | None]:
    try:
        verdict = output.probe()
        try:
            return verdict, output.keeps_s()
        except Exception as error:  # noqa: BLE001 - a token that may write need not be one that may ask
            return verdict, error
    finally:
        output.close()


def judge_answer(server: Server) -> Finding:
    """Judge whether the server takes records."""
    match server.verdict:
        case None:
            return ok(server.output, "its server cannot be asked without giving it records")
        case NoAnswerError() as error:
            return problem(server.output, f"its server was asked, and {error}", server.mend)
        case Exception() as error:
            return problem(server.output, f"its server cannot be asked: {in_words(error)}", server.mend)
        case Verdict(action=Action.ACCEPTED):
            return ok(server.output, "its server would take records")
        case Verdict(action=Action.AGAIN, reason=reason):
            says = f"its server does not take records now: {printable(reason)}; they wait in the spool"
            return problem(server.output, says, "see to the server; what waits is sent when it is back")
        case verdict:
            return problem(server.output, f"its server refuses records: {printable(verdict.reason)}", server.mend)


def judge_retention(server: Server, spool_keeps_s: float) -> Iterator[Finding]:
    """Judge whether the server keeps records for longer than they may wait for it."""
    match server.keeps_s:
        case Exception() if not (isinstance(server.verdict, Verdict) and server.verdict.action is Action.ACCEPTED):
            return  # a server that is away, or refuses us, has been told of
        case Exception():
            yield ok(server.output, "the server does not tell us how long it keeps records")
        case float() as keeps_s if keeps_s < spool_keeps_s:
            says = (
                f"the server keeps records for {duration_text(keeps_s)} and refuses older ones, and the spool may hold "
                f"some of {duration_text(spool_keeps_s)}: after a long outage they would be dropped"
            )
            yield warning(
                server.output, says, f"spool: {{keep: {duration_text(keeps_s)}}}, or let the server keep more"
            )
        case float() as keeps_s:
            yield ok(server.output, f"the server keeps records for {duration_text(keeps_s)}, longer than they may wait")
