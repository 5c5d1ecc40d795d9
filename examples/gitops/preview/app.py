import fal


class ImageGen(fal.App):
    machine_type = "GPU-H200"

    @fal.endpoint("/")
    def run(self) -> dict:
        return {"greeting": "hello"}
