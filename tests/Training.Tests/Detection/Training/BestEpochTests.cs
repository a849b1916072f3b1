using Pipeline.Training.Detection.Training;

namespace Pipeline.Training.Tests.Detection.Training;

public sealed class BestEpochTests
{
    [Fact]
    public void A_run_stops_when_so_many_epochs_brought_nothing_better() =>
        Assert.Equal(6, StopOf(patience: 3, 0.1, 0.2, 0.3, 0.3, 0.1, 0.29, 0.9));

    [Fact]
    public void A_better_epoch_gives_a_run_new_time() => Assert.Equal(7, StopOf(patience: 2, 0.1, 0.05, 0.2, 0.1, 0.3, 0.2, 0.2, 0.4));

    [Fact]
    public void Without_patience_and_while_nothing_can_be_measured_a_run_goes_on()
    {
        Assert.Null(StopOf(patience: null, 0.5, 0.1, 0.1, 0.1, 0.1));
        Assert.Null(StopOf(patience: 1, null, null, null));
    }

    [Fact]
    public void Epochs_that_are_not_measured_count_as_waiting_but_the_run_stops_only_at_a_measurement() =>
        Assert.Equal(6, StopOf(patience: 3, null, 0.5, null, 0.4, null, 0.3));

    [Fact]
    public void A_tie_and_what_is_no_number_are_no_better()
    {
        var best = BestEpoch.None.After(1, 0.5);

        Assert.Equal(best, best.After(2, 0.5).After(3, double.NaN).After(4, null));
        Assert.Equal(new BestEpoch(0, 1), BestEpoch.None.After(1, 0));
        Assert.False(BestEpoch.None.IsBeatenBy(double.NaN));
    }

    /// <summary>The epoch after which a run with these measurements stops; null where it does not.</summary>
    private static int? StopOf(int? patience, params double?[] measurements)
    {
        var best = BestEpoch.None;
        for (var epoch = 1; epoch <= measurements.Length; epoch++)
        {
            var measured = measurements[epoch - 1];
            best = best.After(epoch, measured);
            if (measured is not null && best.StopsAt(epoch, patience))
            {
                return epoch;
            }
        }

        return null;
    }
}
