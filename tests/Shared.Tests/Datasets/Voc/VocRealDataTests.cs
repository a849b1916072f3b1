using Pipeline.Golden;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Checking;

namespace Pipeline.Shared.Tests.Datasets.Voc;

public sealed class VocRealDataTests
{
    [Fact]
    public void The_blood_cells_are_read_and_their_box_without_area_is_named()
    {
        var dataset = Dataset.Open(SharedData.Path("data/bccd-voc"));

        var report = DatasetCheck.Run(dataset, [], decode: false, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal("voc", dataset.Format.Name);
        Assert.Equal(["Platelets", "RBC", "WBC"], dataset.Classes.Select(entry => entry.Name));
        Assert.Equal((161, 120, 41), (dataset.Images.Count, dataset.Splits["train"].Count, dataset.Splits["val"].Count));
        Assert.DoesNotContain(report.Findings, finding => finding.IsError);
        Assert.Contains(report.Findings, finding => finding.Summary == "boxes without area are left out");
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', report.Findings));
    }
}
