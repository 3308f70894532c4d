"""The replies of the story — e.g. the one of 27 March 2024, told again with its figures, and one of April 2026 still being written.

The first gives the figures of the published reply and not its words: 472 projects and HK$1,212.8m as at 31 January 2024, and
five sums earmarked. The second, written on 3 April 2026, gives a count that late corrections change that very month.
"""

from datetime import date

from millrace.jobs.demonstration.cast import Cast
from millrace.jobs.demonstration.tale import Tale, Telling
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import sealer
from millrace.stages.learn import actions as learn
from millrace.stages.learn import queries, replying
from millrace.stages.learn.models import Reply

TOLD_FROM = "LCQ5, 27.3.2024"
RELEASED_ON, BEGUN_ON = date(2024, 3, 27), date(2026, 4, 3)
YEAR_END = date(2026, 3, 31)
_COLLABORATION = "mainland-collaboration-approved {} @2024-01-31"
_EARMARKED = "earmarked {} @2024-03-27"
_OWN = "approved-by-scheme {} @2026-03-31"


def _asked(figure: str, *parts: str) -> list[str]:
    return ["{{" + figure.format(part) + "}}" for part in parts]


_DAY, _COUNT, _AMOUNT, _TCFS, _MHKJFS = _asked(_COLLABORATION, "day", "count", "amount", "count of tcfs", "count of mhkjfs")
_LIFE, _FRONTIER, _AI, _RAISE, _NIAS = _asked(_EARMARKED, "life-health", "frontier", "ai-subsidy", "raise-plus", "nias")
_YEAR_DAY, _OWN_COUNT, _OWN_AMOUNT = _asked(_OWN, "day", "count", "amount")

PUBLISHED = {
    "en": {
        "subject": "New quality productive forces: what the fund supports",
        "body": f"""# Upstream

Up to {_DAY}, {_COUNT} research projects with partners in the Greater Bay Area or elsewhere in the Mainland were approved.

They come to {_AMOUNT}: {_TCFS} are with Guangdong and {_MHKJFS} with the Mainland at large.

Three sums are set aside for research:

- life and health technology: {_LIFE}
- frontier technology: {_FRONTIER}
- computing power for artificial intelligence: {_AI}

# Midstream

{_RAISE} are set aside for matching grants to university teams that bring their results to market.

# Downstream

{_NIAS} are set aside for new smart production facilities.""",
    },
    "zh-hant": {
        "subject": "新質生產力：基金的資助",
        "body": f"""# 上游

截至{_DAY}，共批出{_COUNT}個與大灣區及內地其他地方夥伴合作的研發項目，涉及{_AMOUNT}：與廣東合作{_TCFS}個，與內地合作{_MHKJFS}個。

另為科研預留三筆款項：

- 生命健康科技：{_LIFE}
- 前沿科技：{_FRONTIER}
- 人工智能算力：{_AI}

# 中游

預留{_RAISE}，以配對資助支援大學團隊把成果推向市場。

# 下游

預留{_NIAS}，支援新的智能生產設施。""",
    },
    "zh-hans": {
        "subject": "新质生产力：基金的资助",
        "body": f"""# 上游

截至{_DAY}，共批出{_COUNT}个与大湾区及内地其他地方伙伴合作的研发项目，涉及{_AMOUNT}：与广东合作{_TCFS}个，与内地合作{_MHKJFS}个。

另为科研预留三笔款项：

- 生命健康科技：{_LIFE}
- 前沿科技：{_FRONTIER}
- 人工智能算力：{_AI}

# 中游

预留{_RAISE}，以配对资助支援大学团队把成果推向市场。

# 下游

预留{_NIAS}，支援新的智能生产设施。""",
    },
}
DRAFTED = {
    "en": {
        "subject": "Approvals up to the end of the financial year 2025-26",
        "body": f"As at {_YEAR_DAY}, {_OWN_COUNT} applications stood approved, for {_OWN_AMOUNT} in all.\n\n"
        f"Of projects with partners in the Mainland, {_COUNT} had been approved by {_DAY}.",
    },
    "zh-hant": {
        "subject": "截至2025-26財政年度終結的批核",
        "body": f"截至{_YEAR_DAY}，共有{_OWN_COUNT}宗申請獲批，合共{_OWN_AMOUNT}。\n\n截至{_DAY}，已批出{_COUNT}個與內地夥伴合作的項目。",
    },
    "zh-hans": {
        "subject": "截至2025-26财政年度终结的批核",
        "body": f"截至{_YEAR_DAY}，共有{_OWN_COUNT}宗申请获批，合共{_OWN_AMOUNT}。\n\n截至{_DAY}，已批出{_COUNT}个与内地伙伴合作的项目。",
    },
}


def published(cast: Cast, tale: Tale) -> Telling:
    """This will write, clear and release the reply of 27 March 2024, told again."""
    yield tale.at
    reply = _begun(cast, tale, "legislature", PUBLISHED, TOLD_FROM)
    yield tale.soon()
    tale.act(replying.send_reply, reply, by=cast.staff["policy"][0])
    yield tale.soon()
    _seal(tale)
    second = cast.staff["authority"][0]
    tale.act(replying.clear_reply, reply, sha256=reply.sha256, seal_number=queries.last_seal().number, by=second)
    yield tale.soon()
    tale.act(replying.release_reply, reply, by=second)


def drafted(cast: Cast, tale: Tale) -> Telling:
    """This will give the year-end count to the press on 3 April, and write it into a reply that is not finished."""
    yield tale.at
    _seal(tale)
    given = {"as_at": YEAR_END, "seal_number": queries.last_seal().number, "occasion": "press"}
    tale.act(learn.give_figure, "approved-by-scheme", **given, by=cast.staff["policy"][0])
    yield tale.soon()
    _begun(cast, tale, "legislature", DRAFTED)


def _begun(cast: Cast, tale: Tale, occasion: str, texts: dict[str, dict[str, str]], told_from: str = "") -> Reply:
    _seal(tale)
    by = cast.staff["policy"][0]
    event = tale.act(replying.begin_reply, occasion=occasion, told_from=told_from, by=by)
    reply = Reply.objects.get(pk=event.facts["reply"])
    return replying.write_reply(reply, texts, based_on=reply.sha256, by=by, at=tale.at)


def _seal(tale: Tale) -> None:
    """A figure answers from what is sealed and followed by the sheet."""
    sealer.seal(tale.at, is_story=True)
    sheet.project()
