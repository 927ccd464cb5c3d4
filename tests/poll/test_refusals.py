"""Whatever a device refuses is found with few questions, and everything else is read."""

from collections.abc import Callable, Iterable

from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.domain.registers import Span, Table
from rtu_agent.poll.refusals import HOPELESS, RETEST_S, TESTS_PER_POLL, Refusal, Refusals

NOW = 1000.0


def span(address: int, count: int = 1) -> Span:
    """Return a span of holding registers."""
    return Span(Table.HOLDING, address, count)


VALUES = [span(address, 2) for address in range(0, 120, 2)]
BLOCK = span(0, 120)

Refuses = Callable[[Span], bool]


def refusing(*addresses: int) -> Refuses:
    """Return a device that refuses every block with one of these addresses in it."""
    return lambda asked: any(asked.address <= address < asked.end for address in addresses)


def learn(refusals: Refusals, refuses: Refuses, now: float = NOW) -> int:
    """Ask whatever the search wants to know; return how many questions that took."""
    questions = 0
    while (test := refusals.next_test(now)) is not None:
        questions += 1
        assert questions < 1000, "a search ends"
        refusals.tested(refused=refuses(test), now=now)
    return questions


def searched(refuses: Refuses, values: Iterable[Span] = VALUES, block: Span = BLOCK) -> Refusals:
    """Return what is learnt from one refused block."""
    refusals = Refusals(values)
    refusals.refuse(block)
    learn(refusals, refuses)
    return refusals


def test_one_address_of_sixty_values_is_found_in_a_few_polls() -> None:
    """Six halvings, two questions each: the value that holds the address is to blame and nothing else."""
    refusals = Refusals(VALUES)
    refusals.refuse(BLOCK)

    assert learn(refusals, refusing(77)) <= 4 * TESTS_PER_POLL
    assert refusals.known == {Refusal(span(76, 2))}
    assert refusals.avoided == {span(76, 2)}


def test_a_block_is_avoided_while_it_is_searched() -> None:
    """It is not asked again and again; a refusal of the same block is no news."""
    refusals = Refusals(VALUES)
    refusals.refuse(BLOCK)
    refusals.refuse(BLOCK)
    assert refusals.avoided == {BLOCK}

    assert refusals.next_test(NOW) == BLOCK
    refusals.tested(refused=True, now=NOW)
    refusals.refuse(BLOCK)

    assert refusals.avoided == {BLOCK}
    learn(refusals, refusing(0))
    assert refusals.avoided == {span(0, 2)}


def test_a_test_without_an_answer_is_asked_again() -> None:
    """The question stays until somebody answers it."""
    refusals = Refusals(VALUES)
    refusals.refuse(BLOCK)

    assert refusals.next_test(NOW) == refusals.next_test(NOW + 1) == BLOCK


def test_a_whim_teaches_nothing() -> None:
    """A device that refused while it started and gives everything a moment later is read as before."""
    refusals = searched(lambda _: False)

    assert refusals.known == refusals.avoided == frozenset()


def test_a_whim_during_the_search_teaches_nothing_either() -> None:
    """Refused twice as a whole, then given in halves and as a whole."""
    answers = iter([True, False, False, False])

    assert searched(lambda _: next(answers)).known == frozenset()


def test_a_gap_that_is_refused_is_not_read_along() -> None:
    """All values are given one by one; the addresses between two of them are not."""
    values = [span(0), span(1), span(10), span(11)]

    refusals = searched(refusing(5), values, span(0, 12))

    assert refusals.known == {Refusal(span(2, 8))}
    assert refusals.widest is None


def test_a_block_that_is_too_wide_is_split() -> None:
    """Adjacent values, all given, and the whole refused: from now on no block is wider than its halves."""
    refusals = searched(lambda asked: asked.count > 50)

    assert refusals.avoided == frozenset()
    assert refusals.widest == 30
    assert {refusal.span.count for refusal in refusals.known} == {60}


def test_a_device_that_refuses_everything_is_given_up() -> None:
    """A bounded number of questions, and then all of the block is to blame."""
    refusals = Refusals(VALUES)
    refusals.refuse(BLOCK)

    assert learn(refusals, lambda _: True) == HOPELESS
    assert refusals.known == {Refusal(BLOCK)}


def test_giving_up_spares_what_was_given() -> None:
    """The upper half is refused down to every single value; the lower one was given before that was clear."""
    refusals = searched(lambda asked: asked.end > 60)

    assert refusals.known == {Refusal(span(60, 60))}


def test_what_is_known_is_tested_once_an_hour() -> None:
    """One question while it is refused still; it is avoided all the time."""
    refusals = searched(refusing(77))

    assert learn(refusals, refusing(77), NOW + RETEST_S - 1) == 0
    assert refusals.next_test(NOW + RETEST_S) == span(76, 2)
    assert refusals.avoided == {span(76, 2)}
    assert learn(refusals, refusing(77), NOW + RETEST_S) == 1
    assert learn(refusals, refusing(77), NOW + RETEST_S + 1) == 0
    assert refusals.avoided == {span(76, 2)}


def test_what_is_given_again_is_forgotten() -> None:
    """Spans and widths alike."""
    refusals = Refusals(VALUES, [Refusal(span(76, 2)), Refusal(span(0, 60), 30)], NOW)
    assert refusals.widest == 30

    assert learn(refusals, lambda _: False, NOW + RETEST_S) == 2
    assert (refusals.known, refusals.avoided, refusals.widest) == (frozenset(), frozenset(), None)


@given(
    values=st.sets(st.integers(0, 40), min_size=1).map(lambda found: [span(3 * place, 2) for place in sorted(found)]),
    bad=st.sets(st.integers(0, 125), min_size=1, max_size=3),
)
def test_few_refused_addresses_are_all_found(values: list[Span], bad: set[int]) -> None:
    """With values and gaps at random: after a few refused blocks everything is read but what is refused."""
    refuses = refusing(*bad)
    refusals = Refusals(values)
    for _ in range(20):
        blocks = _blocks(values, refusals.avoided)
        refused = [block for block in blocks if refuses(block)]
        for block in refused:
            refusals.refuse(block)
        learn(refusals, refuses)
        if not refused:
            break
    else:
        raise AssertionError("it never ends")

    lost = {value for value in values if any(_touch(value, avoided) for avoided in refusals.avoided)}
    assert lost == {value for value in values if refuses(value)}


def _blocks(values: list[Span], avoided: frozenset[Span]) -> list[Span]:
    """Return as few blocks as possible that hold all values and touch nothing that is avoided."""
    blocks: list[Span] = []
    for value in values:
        if any(_touch(value, bad) for bad in avoided):
            continue
        joined = span(blocks[-1].address, value.end - blocks[-1].address) if blocks else value
        if blocks and not any(_touch(joined, bad) for bad in avoided):
            blocks[-1] = joined
        else:
            blocks.append(value)
    return blocks


def _touch(one: Span, other: Span) -> bool:
    return one.address < other.end and other.address < one.end
