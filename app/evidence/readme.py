"""The first file that somebody opens: what a bundle is, and how it is checked without us."""

import hashlib

README = """\
证据包 / Evidence bundle
========================

一、核验（只需 Python 3.8 以上，无需联网）

    python3 verify.py 证据包.zip

  不要用随包附带的 verify.py 证明其自身：请从本平台公布的文档（docs/proofs.md）另行取得脚本，
  或核对其 SHA-256：
  {digest}
  随包附带的公钥（keys）同样须与另行取得的公钥核对；以 --key 指定可信公钥：

    python3 verify.py --key '账本公钥' 证据包.zip

二、内容

  report.html、report.pdf   供阅读的报告
  facts/                    每名学员的指标、规则判定与证据（供阅读）
  runs/                     判定文书原文，及其在评定批次中的证明
  batches/                  平台推送的原始记录，及其在批次中的证明；其他人员的记录不在其中
  policies/                 据以判定的政策文本
  entries/                  账本条目原文，及其在检查点中的证明
  checkpoint、keys          已签名的检查点（含见证签名）与公钥
  bundle.json               文件清单与各文件的 SHA-256

  证据包含个人信息：仅限所记用途，用毕按规定销毁。

1. To verify (Python 3.8 or newer, nothing else, no network)

    python3 verify.py BUNDLE.zip

  A script that comes along cannot vouch for itself: get it elsewhere (docs/proofs.md of the platform), or
  compare its SHA-256 with the one published there:
  {digest}
  The keys that come along (keys) must likewise be compared with ones got elsewhere;
  --key names those you trust.

2. What is in it

  report.html, report.pdf   to be read
  facts/                    figures, rules and evidence of each learner, to be read
  runs/                     decision documents word for word, and their proofs inside their run
  batches/                  records as the platform sent them, and their proofs inside their batch;
                            records of anybody else are not in it
  policies/                 the texts by which it was judged
  entries/                  entries of the ledger word for word, and their proofs in the checkpoint
  checkpoint, keys          the signed checkpoint with cosignatures of witnesses, and the public keys
  bundle.json               all files with their SHA-256

  It holds personal data: for the purpose that was recorded and no other; destroy it when that is done.
"""


def readme(verifier: bytes) -> bytes:
    """For both kinds of readers; names the script by its hash."""
    return README.format(digest=hashlib.sha256(verifier).hexdigest()).encode()
