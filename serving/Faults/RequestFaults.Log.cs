namespace Pipeline.Serving.Faults;

internal sealed partial class RequestFaults
{
    private const int LongestMethod = 20;
    private const int LongestPath = 100;
    private const int LongestReason = 400;

    private void Log(HttpRequest request, RequestFault fault, Exception? cause)
    {
        var method = LogText.OneLine(request.Method, LongestMethod);
        var path = LogText.OneLine(request.Path.ToUriComponent(), LongestPath);
        var status = fault.Kind.HttpStatus;
        switch (fault.Kind.Origin)
        {
            case FaultOrigin.Client when !refusals.MayLog(fault.Kind):
                CountedFault(method, path, status, LogText.OneLine(fault.Answer, LongestReason));
                break;
            case FaultOrigin.Client:
                ClientFault(method, path, status, LogText.OneLine(fault.Answer, LongestReason));
                break;
            case FaultOrigin.Model:
                ModelFault(method, path, status, LogText.OneLine(cause!.Message, LongestReason));
                break;
            default:
                ServiceFault(method, path, status, cause);
                break;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Method} {Path}: {Status}: {Reason}")]
    private partial void ClientFault(string method, string path, int status, string reason);

    [LoggerMessage(4, LogLevel.Debug, "{Method} {Path}: {Status}: {Reason}")]
    private partial void CountedFault(string method, string path, int status, string reason);

    [LoggerMessage(2, LogLevel.Error, "{Method} {Path}: {Status}: the model failed: {Reason}")]
    private partial void ModelFault(string method, string path, int status, string reason);

    [LoggerMessage(3, LogLevel.Error, "{Method} {Path}: {Status}: the service failed")]
    private partial void ServiceFault(string method, string path, int status, Exception? cause);
}
