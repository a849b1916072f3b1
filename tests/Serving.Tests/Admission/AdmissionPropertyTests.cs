using CsCheck;
using Pipeline.Serving.Admission;
using Pipeline.Serving.Batching;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Tests.Admission;

/// <summary>Whatever requests reserve, release and run into, at the same time: no bound is exceeded, and nothing stays reserved.</summary>
public sealed class AdmissionPropertyTests
{
    private const int MaxBytes = 1_000;
    private const int MaxRequests = 3;

    private static readonly Gen<int[][]> Requests = Gen.Int[-300, 1_100].Array[0, 8].Array[1, 24];

    [Fact]
    public void What_was_reserved_is_returned_whatever_happens()
    {
        using var executor = new BatchExecutor(new ExecutionOptions(), new BatchingOptions(), TimeProvider.System);
        Requests.Sample(
            requests =>
            {
                var limits = new LimitOptions { MaxRequestsInFlight = MaxRequests, MaxBytesInFlight = MaxBytes };
                var admission = new RequestAdmission(limits, executor, TimeProvider.System);
                Parallel.ForEach(requests, new ParallelOptions { MaxDegreeOfParallelism = 4 }, steps => Run(admission, steps));
                Assert.Equal(0, admission.BytesInFlight);
                Assert.Equal(0, admission.InFlight);
            },
            iter: 400,
            threads: 1);
    }

    /// <summary>A request that reserves and returns memory until it is refused or fails.</summary>
    private static void Run(RequestAdmission admission, int[] steps)
    {
        try
        {
            using var ticket = admission.Enter();
            foreach (var bytes in steps)
            {
                if (bytes >= 0)
                {
                    ticket.Reserve(bytes);
                }
                else
                {
                    ticket.Release(-bytes);   // fails when it is more than was reserved
                }

                Assert.InRange(admission.BytesInFlight, 0, MaxBytes);
            }
        }
        catch (RefusedRequestException refused)
        {
            Assert.True(refused.Fault.Kind == FaultKind.QueueFull || refused.Fault.Kind == FaultKind.TooLarge);
        }
        catch (ArgumentOutOfRangeException)
        {
        }
    }
}
