using System.Diagnostics;
using Pipeline.Serving.Admission;
using Pipeline.Serving.Batching;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Models;
using Pipeline.Serving.Observability;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Protocols.Detect;

/// <summary><c>POST /v1/detect</c>: takes encoded images, returns what was found in the form that the client takes.</summary>
internal sealed class DetectEndpoint(
    ServedModels models,
    RequestAdmission admission,
    ImageIntake intake,
    LimitOptions limits,
    TimeProvider time)
{
    /// <summary>Images of one request that wait at a time, so that one request does not fill the queue of a size.</summary>
    private const int ImagesAtATime = 16;

    private readonly DetectBody body = new(limits);

    /// <summary>Answers one request. What can be refused without its body is refused first.</summary>
    public async Task<IResult> HandleAsync(HttpContext context)
    {
        var request = context.Request;
        var arrival = time.GetTimestamp();
        var accepted = new AcceptedFormats(request.Headers.Accept);
        var parameters = new DetectParameterReader();
        DetectQuery.Read(request.Query, parameters);
        body.Require(request);
        using var early = DetectBody.IsJson(request) ? null : Lease(context, parameters.Parameters);
        using var ticket = admission.Enter(Terms(context, arrival, parameters.Parameters));
        using var sent = await body.ReadAsync(request, parameters, ticket);
        using var late = early is null ? Lease(context, parameters.Parameters) : null;   // a JSON body may name the model
        var lease = early ?? late!;
        var format = accepted.Choose(sent.All.Count, lease.Manifest.Labels);
        var filter = new ClassFilter(parameters.Parameters, lease.Manifest.Labels);
        var observation = context.Observation();
        var examination = new ImageExamination(intake, lease, ticket, filter, format, observation);
        var images = await RunAsync(examination, request, sent, lease, Terms(context, arrival, parameters.Parameters));
        var start = Stopwatch.GetTimestamp();
        var (answer, type) = new DetectAnswer(lease.Manifest, context.TraceIdentifier).Write(format, images, sent.IsList);
        observation.Encoded(Stopwatch.GetElapsedTime(start));
        return Results.Bytes(answer, type);
    }

    private ModelLease Lease(HttpContext context, DetectParameters parameters) =>
        models.Lease(parameters.Model, parameters.Version, context.Observation());

    private RequestTerms Terms(HttpContext context, long arrival, DetectParameters parameters)
    {
        var most = TimeSpan.FromMilliseconds(limits.RequestTimeoutMs);
        var timeout = parameters.Timeout is { } asked && asked < most ? asked : most;
        var deadline = RequestTerms.DeadlineAfter(time, arrival, timeout);
        return new RequestTerms(parameters.Priority, deadline, context.RequestAborted);
    }

    /// <summary>
    /// Examines all images, several at a time. When one fails, the whole request is refused, and the others are given up.
    /// </summary>
    private async Task<IReadOnlyList<ExaminedImage>> RunAsync(
        ImageExamination examination, HttpRequest request, SentImages sent, ModelLease lease, RequestTerms terms)
    {
        var examined = new ExaminedImage[sent.All.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = ImagesAtATime, CancellationToken = terms.Aborted };
        await Parallel.ForAsync(0, examined.Length, options, async (index, givenUp) =>
        {
            var image = sent.All[index];
            try
            {
                var name = sent.IsList ? image.Name : "body";
                examined[index] = await examination.RunAsync(image, name, terms with { Aborted = givenUp });
            }
            catch (ImageException exception)
            {
                throw ImageRefusal.Of(exception, request, image, sent.IsList, limits.Images, lease.Manifest);
            }
        });
        return examined;
    }
}
