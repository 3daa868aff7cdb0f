"""Splitting by hash: stable, and never through rows that belong together."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.tasks.hash_split import (
    SplitKey,
    cluster_hash,
    clusters,
    is_below,
    normalised,
)

KEYS = st.lists(
    st.builds(
        SplitKey,
        text=st.sampled_from(["How many?", "how  many?", "What?", "Who", "Why", "When"]),
        given_id=st.none() | st.sampled_from("abcdefgh"),
        group=st.none() | st.sampled_from("xyz"),
    ),
    max_size=12,
)


def test_texts_are_the_same_whatever_case_space_and_unicode_form():
    assert normalised("How  Many\n") == normalised("how many") == normalised("\uff28ow many")
    assert normalised("how much") != normalised("how many")


@given(KEYS)
def test_every_row_stands_in_one_cluster(keys):
    places = [place for cluster in clusters(keys) for place in cluster]
    assert sorted(places) == list(range(len(keys)))


@given(KEYS)
def test_rows_that_share_a_text_or_a_group_stay_together(keys):
    cluster_of = {place: cluster for cluster in clusters(keys) for place in cluster}
    for (one, a), (other, b) in product(enumerate(keys), repeat=2):
        is_same = normalised(a.text) == normalised(b.text) or (a.group and a.group == b.group)
        if is_same:
            assert cluster_of[one] == cluster_of[other]


@given(KEYS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(keys, rng):
    def placed(rows):
        return sorted(
            (cluster_hash(rows, cluster), sorted(map(repr, (rows[place] for place in cluster))))
            for cluster in clusters(rows)
        )

    shuffled = list(keys)
    rng.shuffle(shuffled)
    assert placed(keys) == placed(shuffled)


def test_a_row_that_shares_nothing_keeps_its_place_whatever_is_added():
    keys = [SplitKey(text=f"question {place}", given_id=str(place)) for place in range(50)]
    few = {cluster_hash(keys[:20], cluster) for cluster in clusters(keys[:20])}
    assert few < {cluster_hash(keys, cluster) for cluster in clusters(keys)}


def test_the_share_below_a_bound_is_about_that_bound():
    for n_same in (1, 4):
        keys = [
            SplitKey(text=f"question {place // n_same}", given_id=str(place))
            for place in range(2000 * n_same)
        ]
        found = clusters(keys)
        n_below = sum(is_below(cluster_hash(keys, cluster), 0.2) for cluster in found)
        assert len(found) == 2000
        assert 320 < n_below < 480


def test_a_known_row_has_a_known_hash():
    """Changing this moves rows of users' files from one side to the other."""
    keys = [SplitKey(text="x", given_id="7")]
    assert cluster_hash(keys, (0,))[:16] == PINNED


PINNED = "da6e0dfff5f5a71d"
