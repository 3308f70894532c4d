"""The bank's answers in the story, ISO 20022 pain.002 — e.g. eleven payments settled and one refused for a reason it does not say.

Invented: no bank wrote them.
"""

from datetime import datetime

from millrace.jobs.demonstration.tale import ZONE
from millrace.stages.deliver.models import Payment, PaymentRun

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
REFUSES_EVERY = 7
# MS03: a reason not specified by the bank; the account itself stays good.
REASON = "MS03"


def answer(run: PaymentRun, number: int, at: datetime) -> bytes:
    """This will answer the story's `number`-th run: all settled, or every so often all but the last."""
    payments = list(Payment.objects.filter(run=run).order_by("pk"))
    refused = payments[-1:] if number % REFUSES_EVERY == 0 else []
    told = "".join(_refused(one) if one in refused else _settled(one, at) for one in payments)
    original = f"<OrgnlMsgId>{run.reference}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{NAMESPACE}"><CstmrPmtStsRpt>'
        f"<GrpHdr><MsgId>INVENTED-{run.reference}</MsgId><CreDtTm>{at:%Y-%m-%dT%H:%M:%S}Z</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts>{original}</OrgnlGrpInfAndSts>"
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{run.reference}</OrgnlPmtInfId>{told}</OrgnlPmtInfAndSts>"
        "</CstmrPmtStsRpt></Document>"
    ).encode()


def _settled(payment: Payment, at: datetime) -> str:
    return _entry(
        payment,
        f"<TxSts>ACSC</TxSts><FctvIntrBkSttlmDt><Dt>{at.astimezone(ZONE):%Y-%m-%d}</Dt></FctvIntrBkSttlmDt>"
        f"<AcctSvcrRef>B{payment.pk:06d}</AcctSvcrRef>",
    )


def _refused(payment: Payment) -> str:
    return _entry(payment, f"<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>{REASON}</Cd></Rsn></StsRsnInf>")


def _entry(payment: Payment, word: str) -> str:
    return f"<TxInfAndSts><OrgnlEndToEndId>{payment.end_to_end}</OrgnlEndToEndId>{word}</TxInfAndSts>"
