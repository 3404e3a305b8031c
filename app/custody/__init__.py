"""视频保管: registered videos are probed, hashed anew and examined on a schedule; what is wrong is found."""
