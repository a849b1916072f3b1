using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Detection.Training;

namespace Pipeline.Training.Tests.Detection.Training;

public sealed class FinetuneReportTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("report").FullName;

    [Fact]
    public void It_says_which_epoch_was_chosen_on_which_list_and_what_the_test_list_gave()
    {
        var report = new FinetuneReport(12, StoppedEarly: true, FinetuneReport.Validation, 9, 0.4321)
        {
            Test = new MeasuredAverages(0.4, 0.7, null),
        };

        Assert.Equal(
            [
                "the best of 12 epochs, which ended early: 9, with mAP 0.4321 on the validation list",
                "its weights on the test list, measured once: mAP 0.4000, mAP50 0.7000",
            ],
            report.Lines());
    }

    [Fact]
    public void Where_the_test_list_has_chosen_it_says_so() => Assert.Contains(
        "that epoch was chosen on the test list, so its mAP there is slightly optimistic",
        new FinetuneReport(12, StoppedEarly: false, FinetuneReport.TestList, 9, 0.4).Lines());

    [Fact]
    public void A_leak_stands_in_the_lines_and_in_the_file()
    {
        var report = new FinetuneReport(1, StoppedEarly: false, null, null, null) { Leak = new ImageLeak(0, 3) };
        report.Write(folder);

        Assert.StartsWith("warning: 3 test and 0 validation images", Assert.Single(report.Lines()));
        Assert.Contains("\"leak\":{\"validationImages\":0,\"testImages\":3}", File.ReadAllText(Path.Combine(folder, "report.json")));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
