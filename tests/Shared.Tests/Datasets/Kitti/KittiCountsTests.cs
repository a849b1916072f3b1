using Pipeline.Shared.Datasets.Kitti;

namespace Pipeline.Shared.Tests.Datasets;

public sealed class KittiCountsTests
{
    [Fact]
    public void All_of_KITTI_has_the_known_counts()
    {
        Assert.Empty(KittiCounts.Differences("kitti", KittiCounts.AllObjects));

        var lacking = KittiCounts.AllObjects.ToDictionary();
        lacking["Car"]--;
        lacking.Remove("Tram");
        string[] messages = [.. KittiCounts.Differences("kitti", lacking).Select(finding => finding.Message)];
        string[] expected = [
            "all of KITTI has 28742 objects of class Car, this has 28741.", "all of KITTI has 511 objects of class Tram, this has 0."];
        Assert.Equal(expected, messages);
    }
}
