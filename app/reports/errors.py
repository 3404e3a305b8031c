"""What can be asked of reports in vain."""

from app.core.errors import NotFound, Text, TooLarge, Unavailable


class EnterpriseNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__(
            Text("没有这个企业，或者尚未上报。", "There is no such enterprise, or it has not arrived.")
        )


class ExportTooLarge(TooLarge):
    code = "export_too_large"
    title = Text("导出内容过多", "Export too large")

    def __init__(self, most_rows: int) -> None:
        super().__init__(
            Text(
                f"导出内容超过 {most_rows} 行，未生成文件。"
                "请缩小筛选范围（如按班级、企业、区县或结班日期）后分次导出。",
                f"The export has more than {most_rows} rows; no file was made. "
                "Filter by class group, enterprise, district or day of closing, and export in parts.",
            )
        )


class ExportsBusy(Unavailable):
    code = "exports_busy"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "正在生成的导出文件过多，请稍后重试。",
                "Too many exports are being made at this moment; try again shortly.",
            ),
            retry_after_s=5,
        )
