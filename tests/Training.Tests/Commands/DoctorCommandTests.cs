namespace Pipeline.Training.Tests.Commands;

public sealed class DoctorCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("doctor").FullName;

    [Fact]
    public async Task It_trains_exports_and_detects_and_says_what_fails_and_what_to_do()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var well = await TrainingProgram.Run(cancellation, "doctor", "--models", Path.Combine(folder, "models"));
        Assert.True(well.Code == 0, well.Output + well.Errors);
        Assert.Contains("ok    training step: loss ", well.Output);
        Assert.Contains("detections by pipeline-serve", well.Output);
        Assert.Contains("ok    freed memory: ", well.Output);
        Assert.Contains("ok    garbage collector: pauses during a step, on every device", well.Output);

        var ill = await TrainingProgram.Run(
            cancellation, "doctor", "--models", Path.Combine(folder, "models"), "--data", Path.Combine(folder, "nowhere"));
        Assert.Equal(1, ill.Code);
        Assert.Contains("FAIL  data: ", ill.Output);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
