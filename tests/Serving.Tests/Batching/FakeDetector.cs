using System.Buffers.Binary;
using System.Collections.Concurrent;
using Pipeline.Serving.Inference;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Tests.Batching;

/// <summary>Finds in every image one object, whose label is the number that is written in the image's first pixels.</summary>
internal sealed class FakeDetector : IDetector, IDisposable
{
    private readonly SemaphoreSlim started = new(0);
    private readonly SemaphoreSlim permits = new(0);
    private readonly ConcurrentQueue<int[]> batches = [];
    private readonly ConcurrentDictionary<int, int> busy = [];

    /// <summary>Whether executions wait until the test lets them go on.</summary>
    public bool IsHeld { get; init; }

    /// <summary>What happens in every execution.</summary>
    public Action? OnExecution { get; set; }

    /// <summary>The numbers of the images, execution by execution.</summary>
    public IReadOnlyList<int[]> Batches => [.. batches];

    /// <summary>Whether two executions at a time had the same instance.</summary>
    public bool HasShared { get; private set; }

    /// <summary>Whether images of several sizes came in one execution.</summary>
    public bool HasMixed { get; private set; }

    /// <summary>An image that carries a number.</summary>
    public static RgbImage Image(int number, int width = 4, int height = 4)
    {
        var image = RgbImage.Allocate(width, height);
        BinaryPrimitives.WriteInt32LittleEndian(image.Pixels, number);
        return image;
    }

    public IReadOnlyList<IReadOnlyList<Detection>> Detect(int instance, IReadOnlyList<RgbImage> images, CancellationToken givenUp)
    {
        HasShared |= !busy.TryAdd(instance, instance);
        HasMixed |= images.Any(image => (image.WidthPixels, image.HeightPixels) != (images[0].WidthPixels, images[0].HeightPixels));
        int[] numbers = [.. images.Select(image => BinaryPrimitives.ReadInt32LittleEndian(image.Pixels))];
        batches.Enqueue(numbers);
        started.Release();
        try
        {
            if (IsHeld)
            {
                permits.Wait(givenUp);
            }

            OnExecution?.Invoke();
            return [.. numbers.Select(number => new[] { new Detection(number, 1, new Box(0, 0, 1, 1)) })];
        }
        finally
        {
            busy.TryRemove(instance, out _);
        }
    }

    /// <summary>Waits until as many more executions have begun.</summary>
    public async Task Begun(int executions = 1)
    {
        for (var execution = 0; execution < executions; execution++)
        {
            Assert.True(await started.WaitAsync(TimeSpan.FromSeconds(30)), "no execution began");
        }
    }

    /// <summary>Lets executions go on.</summary>
    public void Release(int executions = 1) => permits.Release(executions);

    public void Dispose()
    {
        started.Dispose();
        permits.Dispose();
    }
}
